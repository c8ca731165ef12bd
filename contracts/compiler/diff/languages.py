"""Two patterns to the text that tells them apart: exact, by the automata of both, where samples would guess.

The patterns are read by Python's own parser and built as finite state machines with greenery. What is too large, or
holds what an automaton does not know here (an anchor inside), gets no answer; the caller must then say so.
"""

from collections import deque
from collections.abc import Iterable
from re import _constants as codes  # type: ignore[attr-defined]  # the parser's own names for what it parsed
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from contracts.compiler import patterns

MAX_STATES = 50  # characters a pattern may count up to: automata of more take seconds to compare
_ANY = "(.|\n)*"


class Unknown(Exception):  # noqa: N818 - an answer, not a fault
    """The two languages can't be compared here."""


def beyond(first: str, second: str) -> str | None:
    """A shortest text that the first pattern takes and the second does not; None where there is none.

    Unknown where one of the patterns is outside what automata are built for.
    """
    from greenery import parse
    from greenery.parse import NoMatch

    try:
        difference = parse(_whole(first)).to_fsm().difference(parse(_whole(second)).to_fsm())
    except (NoMatch, RecursionError) as error:
        raise Unknown(str(error)) from error
    return None if difference.empty() else _shortest(difference)


def _shortest(machine: Any) -> str:
    """A text that leads from the first state to a final one, by the fewest characters."""
    came: dict[Any, tuple[Any, str] | None] = {machine.initial: None}
    waiting = deque([machine.initial])
    while waiting:
        state = waiting.popleft()
        if state in machine.finals:
            return _way(came, state)
        for characters, after in machine.map.get(state, {}).items():
            if after not in came:
                came[after] = (state, _one(characters))
                waiting.append(after)
    raise Unknown("no text leads to a difference that is there")


def _way(came: dict[Any, tuple[Any, str] | None], state: Any) -> str:
    letters: list[str] = []
    while (step := came[state]) is not None:
        state, letter = step
        letters.append(letter)
    return "".join(reversed(letters))


def _one(characters: Any) -> str:
    """A readable character of a class, which may be given by what it is not."""
    return next((letter for letter in _candidates() if characters.accepts(letter)), "\ufffd")


def _candidates() -> Iterable[str]:
    yield from "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@/+: ,;!?#%&=*()[]{}<>|~^$'\"\\`"
    yield from map(chr, range(0x80, 0x2100))
    yield from map(chr, range(0x20))


def _whole(pattern: str) -> str:
    """The pattern as greenery writes it, over the whole text: a pattern is searched, so its ends are open."""
    tree = parser.parse(patterns.portable(pattern))
    items = list(tree)
    start = items[:1] == [(codes.AT, codes.AT_BEGINNING)]
    end = items[-1:] == [(codes.AT, codes.AT_END)]
    inner = items[int(start) : len(items) - int(end)]
    if _size(inner) > MAX_STATES:
        raise Unknown("the pattern counts too far")
    return f"{'' if start else _ANY}({_sequence(inner)}){'' if end else _ANY}"


def _sequence(items: Iterable[Any]) -> str:
    return "".join(_node(code, given) for code, given in items)


def _node(code: Any, given: Any) -> str:
    if code is codes.LITERAL:
        return _literal(given)
    if code is codes.NOT_LITERAL:
        return f"[^{_in_class(given)}]"
    if code is codes.ANY:
        return "[^\\n]"
    if code is codes.IN:
        return _class(given)
    if code is codes.SUBPATTERN:
        return f"({_sequence(given[-1])})"
    if code is codes.BRANCH:
        return "(" + "|".join(_sequence(branch) for branch in given[1]) + ")"
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = given
        return f"({_sequence(inner)}){{{least},{'' if most is codes.MAXREPEAT else most}}}"
    raise Unknown(f"{code} has no automaton here")


def _class(items: list[Any]) -> str:
    negated = items[:1] == [(codes.NEGATE, None)]
    made = ""
    for code, given in items[int(negated) :]:
        if code is codes.LITERAL:
            made += _in_class(given)
        elif code is codes.RANGE:
            made += f"{_in_class(given[0])}-{_in_class(given[1])}"
        else:
            raise Unknown(f"{code} has no automaton here")
    return f"[{'^' if negated else ''}{made}]"


def _literal(number: int) -> str:
    return _written(number, "\\[]|(){}$^.?*+")


def _in_class(number: int) -> str:
    return _written(number, "\\[]^-")


def _written(number: int, special: str) -> str:
    known = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    char = chr(number)
    return known.get(number) or (f"\\{char}" if char in special else char)


def _size(items: Iterable[Any]) -> int:
    """About how many states a sequence needs."""
    total = 0
    for code, given in items:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, inner = given
            total += max(1, least if most is codes.MAXREPEAT else most) * max(1, _size(inner))
        elif code is codes.SUBPATTERN:
            total += _size(given[-1])
        elif code is codes.BRANCH:
            total += sum(_size(branch) for branch in given[1])
        else:
            total += 1
    return total
