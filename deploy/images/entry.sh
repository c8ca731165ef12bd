#!/bin/sh
# Put the KEY=VALUE lines of the file that TICKETS_SECRETS names into the environment of the command, and nowhere else:
# given as container settings they would stand in `docker inspect`.
set -eu
if [ -n "${TICKETS_SECRETS:-}" ]; then
    set -a
    # shellcheck source=/dev/null
    . "$TICKETS_SECRETS"
    set +a
fi
exec "$@"
