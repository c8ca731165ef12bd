#!/usr/bin/env bash
# Compare the contracts of this checkout with an earlier commit, and leave the reports in $REVIEW.
# Never fails itself: the exit code of the comparison becomes the output `status` (0, 1; anything else: it did not run).
set -uo pipefail

tickets=${TICKETS:-$GITHUB_ACTION_PATH/../../../.venv/bin/tickets}
rm -rf "$REVIEW" # a runner that is used again must not show an older report
mkdir -p "$REVIEW"

against=${AGAINST:-}
if [ -z "$against" ] && [ -n "${HEAD_SHA:-}" ] && [ "$(git rev-parse --verify --quiet 'HEAD^2')" = "$HEAD_SHA" ]; then
    against=$(git rev-parse 'HEAD^1') # a trial merge: what else changed on the base branch is no part of this request
fi
against=${against:-${BASE_SHA:-}}

# What the command prints may quote a contract: nothing in it is taken for a command to the runner.
stop="contract-review-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
echo "::stop-commands::$stop"
echo "Comparing with $against"
"$tickets" contracts diff --against "$against" --fail-on "$FAIL_ON" \
    --format markdown --output "$REVIEW/review.md" \
    --format github --output "$REVIEW/annotations.txt" \
    --format json --output "$REVIEW/review.json" \
    --format html --output "$REVIEW/review.html"
status=$?
echo "::$stop::"

echo "status=$status" >> "$GITHUB_OUTPUT"
