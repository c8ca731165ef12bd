"""What becomes of each shell line of the pages: where a test runs it, or why none does. A new line needs a row here.

Lines that cli/tests/test_readme.py and cli/tests/test_runbooks.py run are theirs, and have no row.
"""

import re
from collections.abc import Mapping

from cli.tests import test_readme
from cli.tests.test_runbooks import PAGES
from cli.tests.test_runbooks import commands as of_runbook

OK, FOUND = frozenset({0}), frozenset({0, 1})  # 1 where a check found what it looks for

ALONE: Mapping[str, frozenset[int]] = {
    "tickets contracts diff old.odcs.yaml new.odcs.yaml": FOUND,
    "tickets contracts diff --against main": FOUND,
    "tickets contracts rules": OK,
    "tickets architecture render": OK,
    "tickets architecture simulate --scenario dc-down": OK,
    "tickets architecture simulate --scenario key-revoked": OK,
    "tickets architecture simulate --scenario thief": OK,
    "tickets architecture simulate --scenario link-down --hours 6": OK,
    "tickets architecture simulate --scenario region-down": OK,
    "tickets architecture figures --id aws.rto": OK,
    "tickets architecture figures --id aws.spof": OK,
    "tickets doctor": FOUND,
    """echo '{"event_id": 7, "tags": ["vip", "vip"]}' | tickets contracts verdict """
    "contracts/client_tickets/v1.odcs.yaml - | jq -c '.violations[0,-1]'": OK,
    ".venv/bin/python -m benchmarks --list": OK,
    ".venv/bin/python benchmarks/payloads.py": OK,
    ".venv/bin/python benchmarks/payloads.py --events 200000 --rounds 7 --json": OK,
    '.venv/bin/pytest -q cli/review/tests/test_labelled.py -m "slow or not slow"': OK,
}
"""Run in the checkout, without a broker: the line, and the exit codes it may have."""

BROWSER = {"tickets architecture dossier --language fr --pdf": OK}
"""The same where Chromium is."""

IN_A_WORKSPACE: Mapping[str, frozenset[int]] = {
    "tickets broker apply --broker kafka-1:9093 --check": FOUND,
    "tickets broker check --broker kafka-1:9093": OK,
    "tickets broker check client_tickets": OK,
    "tickets produce client_tickets.v1 --events 8000 --invalid 2%": OK,
    "tickets produce client_tickets --events 20000 --invalid 3% --duplicates 1%": OK,
    "tickets produce client_tickets --from mine.jsonl --metrics 9465": OK,
    "tickets produce client_tickets --resume": OK,
    "tickets process client_tickets --once --max-rejected 20%": OK,
    "TICKETS_LINEAGE=lineage.jsonl tickets process client_tickets --once": OK,
    "tickets process client_tickets --once --accept-loss": OK,
    "tickets quarantine list client_tickets --clause client_tickets.v2/priority/enum --limit 1": OK,
    "tickets quarantine list client_tickets --clause client_tickets.v2/client_email/format --limit 1": OK,
    "tickets quarantine stats client_tickets --by producer --by clause": OK,
    "tickets quarantine replay client_tickets": OK,
    'tickets quarantine discard client_tickets 2:881 --reason "test data"': OK,
    'tickets erase client_tickets --client CLI-004711 --reason "request 2026-118"': OK,
    "tickets maintain client_tickets --check": OK,
    "tickets maintain client_tickets": OK,
    "tickets audit client_tickets": OK,
    "tickets audit client_tickets --so-far": OK,
    "TICKETS_LINEAGE=http://marquez:5000 tickets export": OK,
    "tickets export --format parquet": OK,
    "tickets contracts diff old.odcs.yaml new.odcs.yaml --on-topic": FOUND,
    "tickets report --json": FOUND,
}
"""Run one after the other in a workspace with a broker."""

ENDLESS = (
    "tickets process client_tickets --every 5s --metrics 9464",
    "tickets process client_tickets --every 5s --maintain-every 6h",
    "tickets process client_tickets --every 5s --metrics 9464 --log-format json",
)
"""The same, stopped by Ctrl-C once they have read everything."""

CONTAINERS = "needs a container engine; `make compose-test` runs the stack"
LOGINS = "needs a broker that asks for logins and has an authorizer; cli/tests/test_apply.py applies rules on one"
BUCKET = "sets an address to fill in; cli/tests/test_maintain_in_a_bucket.py runs on a bucket"
CLUSTER = "needs a cluster to fill in; features/test_cluster.py runs the job on one"
BENCH = "measures for minutes to hours; benchmarks/tests holds its parts"
SITE = "sets up the environment that this test runs in; cli/docs/tests/test_site.py builds the same"
KEPT = "needs results that an earlier line keeps after an hour"
SAMPLES = "needs a reader's own samples, and asks or writes; cli/init/tests does the same"
REPORT = "needs what earlier runs left, or opens a window; cli/report/tests does the same"
WATCH = "needs a running job, and a terminal or jq; cli/watch/tests does the same"
PEERS = "installs other products; benchmarks/peers/tests holds its parts"
NOT_RUN: Mapping[str, str] = {
    "make demo": "sets up the environment that this test runs in; cli/tests/test_readme.py runs the same steps",
    "make test": "runs this test",
    "make docs": SITE,
    "make docs DATA=data": SITE,
    'make docs DATA=data DOCS_FLAGS="--metrics 9464"': SITE,
    'export PATH="$PWD/.venv/bin:$PATH"': "the tests set the PATH themselves",
    "sh scripts/stack_secrets.sh && docker compose up --build --wait": CONTAINERS,
    "sh scripts/stack_secrets.sh": "writes into the checkout; `make compose-test` runs it",
    "sh scripts/images_here.sh": "makes images for an hour, and needs a container engine",
    "docker compose up --build --wait": CONTAINERS,
    "docker compose --profile monitoring up --wait": CONTAINERS,
    "docker compose --profile tools up --wait": CONTAINERS,
    "docker compose logs -f job": CONTAINERS,
    "docker compose --profile '*' down -v": CONTAINERS,
    "docker compose --env-file deploy/stack/here.env up --wait": CONTAINERS,
    "export TICKETS_BROKER=localhost:19092 TICKETS_KAFKA_CONFIG=.secrets/outside-producer.properties": CONTAINERS,
    "export TICKETS_KAFKA_CONFIG=keeper.properties": LOGINS,
    "tickets broker apply --broker kafka-1:9093 --users users.properties": LOGINS,
    "tickets broker apply client_tickets": LOGINS,
    "export TICKETS_TABLES=s3://BUCKET/PREFIX": BUCKET,
    "export TICKETS_EXPORTS=s3://BUCKET/PREFIX": BUCKET,
    "export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=...": BUCKET,
    "export TICKETS_TABLES=s3://my-bucket/tickets": CLUSTER,
    "export AWS_REGION=eu-central-1": CLUSTER,
    "prometheus --config.file deploy/prometheus.yml": "runs until stopped; cli/tests/test_alerts.py tries its rules",
    "tickets init orders --from orders.jsonl --dry-run": SAMPLES,
    "tickets init orders --from orders.jsonl --run": SAMPLES,
    "tickets init orders": SAMPLES,
    "tickets report client_tickets --out run.html --open": REPORT,
    "tickets report --receipts sent.jsonl": REPORT,
    "tickets report --at 12": REPORT,
    "tickets watch client_tickets": WATCH,
    "tickets watch client_tickets --once --json | jq '.job.offsets_behind, .tables.not_accepted'": WATCH,
    "make bench": BENCH,
    "make bench BENCH_FLAGS=--write": BENCH,
    "make bench-quick": BENCH,
    ".venv/bin/python -m benchmarks --only latency": BENCH,
    ".venv/bin/python -m benchmarks --scale 0.02 --rounds 1": BENCH,
    ".venv/bin/python -m benchmarks --whole": BENCH,
    ".venv/bin/python -m benchmarks page": KEPT,
    ".venv/bin/python -m benchmarks figures": "changes what is kept; benchmarks/tests/test_bench.py has it",
    ".venv/bin/python benchmarks/duplicates.py": BENCH,
    ".venv/bin/python benchmarks/duplicates.py --kpis": BENCH,
    ".venv/bin/python benchmarks/outage.py": BENCH,
    ".venv/bin/python benchmarks/decode.py": "needs the kernel that `make fast` builds with Rust; then a minute",
    ".venv/bin/python -m benchmarks.peers install": PEERS,
    ".venv/bin/python -m benchmarks.peers compare mq-bridge": PEERS,
    ".venv/bin/python -m benchmarks.peers table mq-bridge quixstreams benthos": PEERS,
    ".venv/bin/python -m benchmarks.speed --way job --way mq-bridge --way quixstreams --way benthos": PEERS,
}
PATTERNS = {r"(?:\S+=\S+ )*tickets process .* --master (?:spark|k8s)://.*": CLUSTER}
"""Lines with no test, each with its reason."""

TEXT = frozenset(
    {
        "CONTRIBUTING.md: contracts/",
        "README.md: breaking:",
        "README.md: contract_version",
        "benchmarks/README.md: best/s",
        "benchmarks/README.md: 1,000,000",
        "benchmarks/README.md: 174.9",
        "benchmarks/README.md: client_tickets.v1:",
        "docs/access.md: +",
        "docs/command-line.md: eval",
        "docs/editor.md: gh",
        "docs/watch.md: client_tickets",
        "docs/access.md: security.protocol=SASL_SSL",
    }
)
"""Blocks that hold no shell line but what a command printed, a list, or a file: file and first word."""


def elsewhere() -> frozenset[str]:
    """What the tests of README and runbooks run."""
    found = [
        match[1]
        for match in (test_readme.STEPS, test_readme.FIRST, test_readme.ALONE, test_readme.WHERE)
        if match is not None
    ]
    lines = [re.sub(r"\s*#.*", "", line) for block in found for line in block.splitlines()]
    return frozenset([*lines, *(line for page in PAGES for line in of_runbook(page))])


def reason(line: str) -> str:
    """Why no test runs a line; empty where that is not said."""
    matched = (why for pattern, why in PATTERNS.items() if re.fullmatch(pattern, line))
    return NOT_RUN.get(line) or next(matched, "")
