"""Contract and broker to a producer session, and what every run says of it."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from cli.contracts import topic_config
from cli.produce.kept import keep
from cli.watching import sending
from contracts.compiler.model import Contract
from runtime import logs, progress
from runtime.broker import Broker
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from producer.receipts import Receipts
    from producer.send import Keeper, Sender
    from runtime.metrics import Metrics


@contextlib.contextmanager
def session(
    contract: Contract,
    broker: Broker,
    workspace: Workspace,
    timeout_s: float,
    outbox: "Keeper",
    receipts: "Receipts | None",
    metrics: "Metrics | None" = None,
    each: bool = False,
) -> Iterator["Sender"]:
    """A producer session for the contract's topic, which is made if missing; whatever happens, it is finished, and the
    workspace keeps how many records were acknowledged.

    `each` is as for Sender.
    """
    from producer.event import envelope_of
    from producer.send import Route, Sender
    from producer.topic import batch_bytes, require_sight
    from runtime import kafka

    envelope = envelope_of(contract)
    require_sight(broker.bootstrap, envelope.topic)
    kafka.ensure_topic(broker.bootstrap, envelope.topic, envelope.partitions, topic_config(contract))
    log, largest = logs.get("producer"), batch_bytes(broker.bootstrap, envelope.topic, envelope.max_bytes)
    if largest < envelope.max_bytes:
        log.warning("the topic takes less than its contract says", topic=envelope.topic, bytes=largest)
    client = kafka.client_config(broker.bootstrap)
    sender = Sender(Route(client, envelope.topic, envelope.max_bytes, largest, timeout_s), outbox, receipts, each)
    if metrics is not None:
        metrics.watch(sending(sender.delivery, contract))
    log.info("sending", contract=contract.key, topic=envelope.topic, broker=broker.bootstrap)
    try:
        yield sender
    except BaseException:
        sender.abandon()
        raise
    finally:
        done = sender.delivery
        report = log.error if done.failed else log.info
        report("sent", contract=contract.key, sent=done.sent, acknowledged=done.acknowledged, failed=done.failed)
        if done.acknowledged:
            _keep(workspace, contract, broker, done.acknowledged)


def _keep(workspace: Workspace, contract: Contract, broker: Broker, acknowledged: int) -> None:
    """What the report compares; a disk that is full must not hide what the run came to."""
    try:
        keep(workspace, contract.name, broker, acknowledged)
    except OSError as error:
        logs.get("producer").warning("the run's count is not kept for the report", error=str(error))


def delivered(contract: Contract, sender: "Sender", whole: bool, stopped: bool, began_s: float) -> dict[str, Any]:
    """The part of a summary that every run has; `failed` is what was not acknowledged, `errors` says why.

    `whole` is whether everything was handed over, `stopped` whether a signal came.
    """
    done = sender.delivery
    errors = [
        {"code": row.code, "what": row.what, "count": count, "remedy": row.remedy}
        for row, count in done.failures.items()
    ]
    return {
        "contract": contract.key,
        "topic": contract.envelope.topic if contract.envelope else None,
        "sent": done.sent,
        "acknowledged": done.acknowledged,
        "failed": done.failed,
        "errors": errors,
        "stopped_early": not whole,
        "interrupted": stopped,
        "seconds": round(time.monotonic() - began_s, 2),
    }


def meter(what: str, total: int | None, wanted: bool) -> contextlib.AbstractContextManager[Callable[[int], None]]:
    """A progress bar where somebody wants one (runtime.progress.bar); a function that moves it on."""
    return progress.bar(what, total) if wanted else contextlib.nullcontext(lambda _: None)
