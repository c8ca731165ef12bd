#!/bin/sh
# Healthy when the cluster says so, not when a port is open.
rpk cluster health -X admin.hosts=127.0.0.1:9644 | grep -q 'Healthy:.*true'
