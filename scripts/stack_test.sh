#!/bin/sh
# The stack from nothing to nothing: up, the features of a running job from outside, its own tests, down; and then, that
# nothing of it is left. STACK_ENV names another file of settings (deploy/stack/here.env: images made on this machine).
set -eu
cd "$(dirname "$0")/.."
export EVERY="${EVERY:-3s}" RATE="${RATE:-20}" EXPORT_EVERY_S="${EXPORT_EVERY_S:-60}"
compose() { docker compose ${STACK_ENV:+--env-file "$STACK_ENV"} "$@"; }
services="export job producer"
if docker image inspect "$(compose --profile monitoring config --format json | sed -n 's/.*"image": "\(.*prometheus.*\)".*/\1/p')" >/dev/null 2>&1; then
    services="$services prometheus"
fi

volumes() { docker volume ls --quiet | sort; } # those without a name too
before=$(volumes)
sh scripts/stack_secrets.sh
compose config --quiet
trap 'compose --profile "*" down --volumes --timeout 30 >/dev/null 2>&1' EXIT
# The features count what is in an hour, so they come before the producer, which fills every hour.
compose up --wait --wait-timeout "${WAIT_S:-900}" job
BROKER=stack .venv/bin/pytest -q -m live features
# shellcheck disable=SC2086
compose --profile monitoring up --wait --wait-timeout "${WAIT_S:-900}" $services
BROKER=stack STACK_ENV="${STACK_ENV:-}" .venv/bin/pytest -q -s -m stack features/test_stack.py
trap - EXIT
compose --profile "*" down --volumes --timeout 60
left=$(docker ps -aq --filter label=com.docker.compose.project=client-tickets
    docker network ls -q --filter label=com.docker.compose.project=client-tickets)
if [ -n "$left" ] || [ "$(volumes)" != "$before" ]; then
    echo "left after down -v: ${left:-volumes}" >&2
    docker volume ls >&2
    exit 1
fi
echo "The stack ran and nothing of it is left."
