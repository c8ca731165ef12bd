"""Life cycle to a Mermaid state diagram; a state may be any text, so it is drawn by a made-up id and labelled."""

import re
from collections.abc import Iterator

from contracts.compiler.model import LifeCycle

_MARKUP = re.compile(r"[^\w .-]|(?<![^\W_])_|_(?![^\W_])")


def state_diagram(cycle: LifeCycle) -> str:
    """The lines of a `stateDiagram-v2`. A state that nothing follows leads to the end."""
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in _lines(cycle))])


def states(cycle: LifeCycle) -> tuple[str, ...]:
    """Every state once, in the order of the contract."""
    after = (state for following in cycle.transitions.values() for state in following)
    return tuple(dict.fromkeys((*cycle.transitions, *cycle.start, *after)))


def _lines(cycle: LifeCycle) -> Iterator[str]:
    ids = {state: f"s{number}_{re.sub('[^A-Za-z0-9]', '', state)}" for number, state in enumerate(states(cycle), 1)}
    yield from (f'state "{_label(state)}" as {id_}' for state, id_ in ids.items())
    yield from (f"[*] --> {ids[state]}" for state in cycle.start)
    for state, id_ in ids.items():
        following = cycle.transitions.get(state, ())
        yield from (f"{id_} --> {ids[after]}" for after in following)
        if not following:
            yield f"{id_} --> [*]"


def _label(state: str) -> str:
    """The state's text, with Mermaid's own codes (`#59;`) for what could end the label or be markup."""
    line = " ".join(state.split())
    return _MARKUP.sub(lambda match: f"#{ord(match[0])};", line) or " "
