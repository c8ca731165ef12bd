"""The product's command in this process, with something done to it: killed at a point, or made to break a promise.

    python -m features.faults.launch --kill after:processing.parcel:write:2 -- process client_tickets --once

Everything else is the product as it is: its functions are wrapped where they are looked up, none is replaced on disk.
"""

import argparse
import functools
import json
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

from features.faults import processes, sabotage
from features.faults.points import resolve


def main(arguments: list[str]) -> None:
    """Install what was asked for, then be the command; never returns."""
    parser = argparse.ArgumentParser(prog="python -m features.faults.launch", description=__doc__)
    parser.add_argument("--kill", metavar="WHEN:MODULE:FUNCTION:NTH", action="append", default=[])
    parser.add_argument("--sparing-java", action="store_true", help="Leave the Java process alive.")
    parser.add_argument("--sabotage", metavar="NAME", action="append", default=[], choices=list(sabotage.SABOTAGES))
    parser.add_argument("command", nargs="+", help="What follows `tickets`.")
    chosen = parser.parse_args(arguments)
    for order in chosen.kill:
        kill_at(order, chosen.sparing_java)
    for name in chosen.sabotage:
        sabotage.install(name)
    from cli.main import main as product

    sys.argv = ["tickets", *chosen.command]
    product()


def kill_at(order: str, sparing_java: bool) -> None:
    """Wrap the function that an order names, so that its nth call ends this process and all it has started."""
    when, module, name, nth = order.split(":")
    owner, attribute, function = resolve(module, name)

    def die() -> None:
        say("killed at a point", point=order)
        processes.kill_myself(sparing_java=sparing_java)

    setattr(owner, attribute, deadly(function, when, int(nth), die))


def deadly(function: Callable[..., Any], when: str, nth: int, die: Callable[[], None]) -> Callable[..., Any]:
    """The function, but that `die` is called before or after its nth call."""
    calls = count(1)

    @functools.wraps(function)
    def wrapped(*positional: Any, **named: Any) -> Any:
        mine = next(calls) == nth
        if mine and when == "before":
            die()
        result = function(*positional, **named)
        if mine and when == "after":
            die()
        return result

    return wrapped


def say(event: str, **more: str) -> None:
    """One line for whoever started this process."""
    sys.stderr.write(json.dumps({"room": "faults", "event": event, **more}) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
