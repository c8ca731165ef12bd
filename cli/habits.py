"""What all commands have in common, given to each of them in one place: exit codes in its help, values that complete.

A command's own words win: one that lists its exit codes, or completes a value itself, is left as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

EXIT_CODES = "Exit codes: 0 done; 1 the run failed, or a check found something; 2 wrong use; 130 stopped."
TOPICS_ONLY = frozenset({"process", "produce", "export", "audit", "maintain", "erase", "watch", "apply", "check"})


def with_habits(command: click.Command) -> click.Command:
    """The command, and all below it that are loaded, with what every command has; doing it twice changes nothing."""
    if "Exit codes:" not in f"{command.help}{command.epilog}":
        command.epilog = f"{command.epilog or ''}\n\n{EXIT_CODES}"
    for parameter in command.params:
        values = VALUES.get(parameter.name or "")
        if type(parameter.type) is click.Choice:
            parameter.type = OneOf(parameter.type.choices, parameter.type.case_sensitive)
        if values is not None and type(parameter.type) is click.types.StringParamType:
            parameter.type = Known(values)
    for below in getattr(command, "commands", {}).values():
        with_habits(below)
    return command


class OneOf(click.Choice[Any]):
    """One of some values; another one is answered with the nearest."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """What click says, and the nearest value."""
        return f"{super().get_invalid_choice_message(value, ctx)}{nearest(str(value), map(str, self.choices))}"


class Known(click.types.StringParamType):
    """Any text; a shell is offered the values that are known."""

    def __init__(self, values: Callable[[click.Context], Iterable[str]]) -> None:
        self._values = values

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The values that begin so; none where they can't be had, since a shell has no use for an error."""
        try:
            found = list(self._values(ctx))
        except Exception:  # noqa: BLE001 - a contract that does not compile, a folder that is not there
            return []
        return [CompletionItem(value) for value in found if value.startswith(incomplete)]


def _contracts(ctx: click.Context) -> Iterable[str]:
    """Names, then names with their version; for a command about a topic those that describe one."""
    contracts = _catalogue(ctx).all()
    if ctx.info_name in TOPICS_ONLY or (ctx.parent and ctx.parent.info_name == "quarantine"):
        contracts = tuple(one for one in contracts if one.rows == "event")
    return [*dict.fromkeys(one.name for one in contracts), *(one.key for one in contracts)]


def _clauses(ctx: click.Context) -> Iterable[str]:
    """The ids of a contract's clauses, those of its older versions too; of all contracts where none is named yet."""
    named, folder = ctx.params.get("contract"), _catalogue(ctx)
    if named is not None and Path(named).is_file():
        from contracts.compiler.load import load

        contracts = [load(Path(named))]
    else:
        contracts = [one for one in folder.all() if named is None or one.name == str(named).split(".")[0]]
    return [clause.id for one in contracts for clause in (*one.all_clauses(), *one.row_clauses())]


def _catalogue(ctx: click.Context) -> Any:
    from contracts.compiler.catalogue import HOME, Catalogue

    return Catalogue(ctx.params.get("contracts") or HOME)


VALUES: Mapping[str, Callable[[click.Context], Iterable[str]]] = {
    "contract": _contracts,
    "contracts_": _contracts,
    "names": _contracts,
    "name": _contracts,
    "clause": _clauses,
    "broken": _clauses,
}
"""What parameters of a name hold, whichever command has them."""


def no_such(kind: str, wrong: str, known: Iterable[str]) -> click.UsageError:
    """Wrong use: a name that is none of a few, with all of them and the nearest."""
    names = list(known)
    return click.UsageError(f"There is no {kind} '{wrong}'. There are: {', '.join(names)}.{nearest(wrong, names)}")


def nearest(wrong: str, known: Iterable[str]) -> str:
    """` Did you mean client_tickets?`, with a space before it; empty where nothing is near."""
    found = get_close_matches(wrong, list(known), 1)
    return f" Did you mean {found[0]}?" if found else ""
