#!/bin/sh
# Healthy when a broker and a controller answer, not when a port is open.
exec python -c 'import sys; from runtime import kafka; sys.exit(0 if kafka.ready(kafka.admin("127.0.0.1:9096"), 5) else 1)'
