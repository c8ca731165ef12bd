#!/bin/sh
# Redpanda by the settings beside this file. The folder of its own settings is in memory, since it writes there; the
# keeper's password comes from a file and is in no command line.
set -eu
sed "s/@OUTSIDE_PORT@/$OUTSIDE_PORT/" /etc/broker/redpanda.yaml >/etc/redpanda/redpanda.yaml
cp /etc/broker/bootstrap.yaml /etc/redpanda/.bootstrap.yaml
RP_BOOTSTRAP_USER=$(cat /run/secrets/keeper)
export RP_BOOTSTRAP_USER
exec rpk redpanda start --smp=1 --memory=1G --reserve-memory=0M --overprovisioned --check=false
