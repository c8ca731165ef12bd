#!/bin/sh
# Export and audit, again and again. One that fails is told in the log and by its metric (tickets_export_ok,
# tickets_audit_ok at the job's endpoint), and tried again the next time.
set -u
trap 'exit 0' TERM INT
while :; do
    if tickets export client_tickets --json && tickets audit client_tickets --so-far --json; then
        : >/tmp/exported
    fi
    sleep "$EXPORT_EVERY_S" &
    wait $!
done
