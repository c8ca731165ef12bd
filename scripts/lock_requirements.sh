#!/bin/sh
# requirements*.in to requirements*.lock: every version and hash, for every platform, without index addresses.
set -eu
cd "$(dirname "$0")/.."
flags="--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate"
# The development lock first: the run lock then takes its versions, so that both can share one .venv.
uv pip compile $flags requirements-dev.in -o requirements-dev.lock
grep -E '^[A-Za-z0-9_.-]+(\[.*\])?==' requirements-dev.lock | sed 's/ \\$//' > requirements.constraints
trap 'rm -f requirements.constraints' EXIT
uv pip compile $flags requirements-producer.in -c requirements.constraints -o requirements-producer.lock
uv pip compile $flags requirements.in -c requirements.constraints -o requirements.lock
uv pip compile $flags requirements-java.in -o requirements-java.lock
