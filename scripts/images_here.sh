#!/bin/sh
# Make every image of compose.yml on this machine alone, where none can be pulled: a Debian by debootstrap, the product on
# it, Apache Kafka (jars.lock) in the broker's place, Prometheus of Debian's packages, SeaweedFS of its Go module.
# Grafana and Redpanda's Console can't be had so. Needs root, debootstrap, a container engine, and go for SeaweedFS.
#
#   sh scripts/images_here.sh && docker compose --env-file deploy/stack/here.env up --wait
set -eu
cd "$(dirname "$0")/.."
suite=${SUITE:-bookworm}
seaweed=${SEAWEED_VERSION:-v0.0.0-20261109003541-7506e5f91cd6}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { docker image inspect "$1" >/dev/null 2>&1; }
say() { echo "images: $*" >&2; }

if ! has tickets-here/debian; then
    say "a Debian of $suite by debootstrap (a minute)"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/base" >"$work/debootstrap.log" 2>&1 || {
        tail -n 5 "$work/debootstrap.log" >&2
        exit 1
    }
    # This machine's authorities: its registries may be reached through a proxy that has one of its own.
    bundle=/etc/ssl/certs/ca-certificates.crt
    if [ -r "$bundle" ]; then
        own="$work/base/usr/local/share/ca-certificates"
        awk -v own="$own" '/BEGIN CERT/ {n++} n {print > (own "/here-" n ".crt")}' "$bundle"
        chroot "$work/base" update-ca-certificates >/dev/null 2>&1
    fi
    tar -C "$work/base" -c . | docker import - tickets-here/debian >/dev/null
fi
for target in producer processing kafka; do
    say "$target"
    docker build --quiet --network host --build-arg BASE=tickets-here/debian \
        -f deploy/images/tickets.Dockerfile --target "$target" -t "tickets-here/$target" . >/dev/null
done
if ! has tickets-here/prometheus; then
    say "Prometheus of Debian's packages"
    docker build --quiet --network host -t tickets-here/prometheus -f deploy/images/prometheus.Dockerfile \
        --build-arg BASE=tickets-here/debian deploy/images >/dev/null
fi
if ! has tickets-here/seaweedfs; then
    say "SeaweedFS of its Go module, $seaweed (some minutes)"
    source=$(go mod download -json "github.com/seaweedfs/seaweedfs@$seaweed" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    cp -r "$source" "$work/source" && chmod -R u+w "$work/source"
    (cd "$work/source" && CGO_ENABLED=0 go build -o "$work/image/weed" ./weed)
    docker build --quiet -t tickets-here/seaweedfs -f deploy/images/seaweedfs.Dockerfile \
        --build-arg BASE=tickets-here/debian "$work/image" >/dev/null
fi
say "done; use them with: docker compose --env-file deploy/stack/here.env up --wait"
