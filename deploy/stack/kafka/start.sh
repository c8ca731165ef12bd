#!/bin/sh
# Apache Kafka in Redpanda's place, by the same names, ports and secrets. What holds a password is written to memory
# (/tmp) and is in no command line: java reads its arguments from a file.
set -eu
umask 077
user=$(cut -d: -f1 /run/secrets/keeper)
password=$(cut -d: -f2 /run/secrets/keeper)
sed -e "s/@OUTSIDE_PORT@/$OUTSIDE_PORT/" -e "s/@KEEPER@/$user/" /etc/broker/server.properties >/tmp/server.properties
cat /run/secrets/broker.key /run/secrets/broker.crt >/tmp/broker.pem
data=/var/lib/redpanda/data/kafka
if [ ! -e "$data/meta.properties" ]; then
    printf '%s\n' kafka.tools.StorageTool format --ignore-formatted --config /tmp/server.properties \
        --cluster-id AAAAAAAAAAAAAAAAAAAAAA --add-scram "SCRAM-SHA-256=[name=$user,password=$password]" >/tmp/format
    java -Xmx256m -cp '/opt/kafka/libs/*' @/tmp/format
    rm /tmp/format
fi
exec java -Xmx768m -Dlog4j2.configurationFile=/etc/broker/log4j2.properties -cp '/opt/kafka/libs/*' kafka.Kafka /tmp/server.properties
