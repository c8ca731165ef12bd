#!/bin/sh
# A Spark master or worker of the product's own Spark, in the foreground. Its settings are those of SPARK_CONF_DIR.
#   tickets-spark master | tickets-spark worker spark://HOST:7077
set -eu
role=$1
shift
# What Spark's own start scripts would set, which PySpark's package does not bring.
SPARK_HOME=$(python -c 'import importlib.util as u; print(u.find_spec("pyspark").submodule_search_locations[0])')
SPARK_SCALA_VERSION=2.13
export SPARK_HOME SPARK_SCALA_VERSION
run() { exec java -Xmx"${SPARK_DAEMON_MEMORY:-512m}" -cp "${SPARK_CONF_DIR:-/etc/spark}:$SPARK_HOME/jars/*" "$@"; }
case "$role" in
    master) run org.apache.spark.deploy.master.Master --host "$(hostname -i | cut -d' ' -f1)" --port 7077 --webui-port 8080 "$@" ;;
    worker) run org.apache.spark.deploy.worker.Worker --work-dir /tmp/work --webui-port 8081 "$@" ;;
    *) echo "Say master, or worker with the master's address, not '$role'." >&2; exit 2 ;;
esac
