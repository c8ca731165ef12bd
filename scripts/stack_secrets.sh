#!/bin/sh
# Make the stack's secrets in .secrets/, once: a test authority, the broker's certificate, a password for each user, keys of
# the store, the key of pseudonyms. Who may enter the folder is its owner alone; the files in it are readable, since each
# container gets only those it is given and runs as a user of its own. Remove the folder for new ones (and the volumes
# with `docker compose down -v`: what is stored was made with the old).
set -eu
cd "$(dirname "$0")/.."
folder=${1:-.secrets}
if [ -e "$folder/done" ]; then
    exit 0
fi
command -v openssl >/dev/null || { echo "openssl is needed to make the stack's secrets. Install it, then try again." >&2; exit 1; }
rm -rf "$folder"
mkdir -m 0700 "$folder"
cd "$folder"
umask 022
word() { openssl rand -hex 24; }

ssl() { openssl "$@" 2>openssl.log || { cat openssl.log >&2; exit 1; }; }
ssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj "/CN=client-tickets test authority" \
    -keyout authority.key -out authority.pem
printf 'subjectAltName=DNS:broker,DNS:localhost,IP:127.0.0.1\n' >broker.ext
ssl req -newkey rsa:3072 -nodes -subj /CN=broker -keyout broker.key -out broker.csr
ssl x509 -req -in broker.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 365 -extfile broker.ext -out broker.crt
rm -f broker.ext broker.csr authority.srl openssl.log
chmod 0600 authority.key
chmod 0644 broker.key

keeper=$(word) producer=$(word) job=$(word) access=$(word) secret=$(word)
printf 'keeper:%s\n' "$keeper" >keeper
printf 'ticketing-producer=%s\ntickets-processing=%s\n' "$producer" "$job" >users
client() { # FILE USER PASSWORD MECHANISM AUTHORITY
    printf 'security.protocol=SASL_SSL\nssl.ca.location=%s\nsasl.mechanism=%s\nsasl.username=%s\nsasl.password=%s\n' \
        "$5" "$4" "$2" "$3" >"$1"
}
inside=/run/secrets/authority.pem
outside=$PWD/authority.pem
client keeper.properties keeper "$keeper" SCRAM-SHA-256 "$inside"
client producer.properties ticketing-producer "$producer" SCRAM-SHA-512 "$inside"
client processing.properties tickets-processing "$job" SCRAM-SHA-512 "$inside"
client outside-keeper.properties keeper "$keeper" SCRAM-SHA-256 "$outside"
client outside-producer.properties ticketing-producer "$producer" SCRAM-SHA-512 "$outside"
client outside-processing.properties tickets-processing "$job" SCRAM-SHA-512 "$outside"
printf 'basic.auth.user.info=keeper:%s\nssl.ca.location=%s\n' "$keeper" "$inside" >registry.properties

printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\nTICKETS_PSEUDONYM_KEY=%s\n' "$access" "$secret" "$(openssl rand -hex 32)" \
    >store.env
cat >s3.json <<S3
{"identities": [{"name": "tickets-processing",
  "credentials": [{"accessKey": "$access", "secretKey": "$secret"}],
  "actions": ["Read:lake", "Write:lake", "List:lake", "Tagging:lake"]}]}
S3
printf 'spark.authenticate true\nspark.authenticate.secret %s\nspark.network.crypto.enabled true\n' "$(word)" \
    >spark-defaults.conf
word >grafana
cat >console.yaml <<CONSOLE
kafka:
  brokers: ["broker:9092"]
  tls: {enabled: true, caFilepath: $inside}
  sasl: {enabled: true, mechanism: SCRAM-SHA-256, username: keeper, password: "$keeper"}
CONSOLE
chmod 0600 outside-*.properties
touch done
echo "Secrets made in $folder/ (ignored by git)." >&2
