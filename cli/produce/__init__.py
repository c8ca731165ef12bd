"""`tickets produce`: wires contract, broker and producer; made events, somebody's own, or what was not acknowledged.

What needs Kafka or JSON Schema is imported when it runs, so that `--help` stays quick.
"""

from cli.produce.command import command as command
from cli.produce.runs import run_generated as run_generated
