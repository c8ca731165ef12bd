"""The text that tells two patterns apart."""

import pytest

from contracts.compiler.diff.languages import Unknown, beyond
from contracts.compiler.patterns import compile_pattern

PAIRS = (
    ("^TCK-[0-9]{8}$", "^TCK-[0-9]{8,9}$"),
    ("^[a-z]+/[a-z0-9.+-]+$", "^[a-z]+/[a-z0-9.-]+$"),
    ("[0-9]", "[0-9][0-9]"),
    ("^[a-z]{2}(-[A-Z]{2})?$", "^[a-z]{2}(-[A-Z]{2})$"),
    (r"^\w+\s\w+$", r"^\w+ \w+$"),
    ("^(red|green)$", "^(red|green|blue)$"),
    ("^[^a]$", "^[^ab]$"),
    (r"^a\.b$", "^a.b$"),
    ("", "^x$"),
)


@pytest.mark.parametrize("pair", [*PAIRS, *((two, one) for one, two in PAIRS)])
def test_the_text_is_taken_by_one_and_refused_by_the_other(pair: tuple[str, str]) -> None:
    """What automata give, the engines that judge events confirm."""
    text = beyond(*pair)
    assert text is None or (compile_pattern(pair[0]).search(text) and not compile_pattern(pair[1]).search(text))


def test_one_language_written_twice_has_no_such_text() -> None:
    """Another way of writing a pattern is no change of what it takes."""
    assert beyond("^TCK-[0-9]{8}$", r"^TCK-\d{8}$") is None
    assert beyond(r"^TCK-\d{8}$", "^TCK-[0-9]{8}$") is None


@pytest.mark.parametrize("pattern", ["^a{1,300}$", "^(?:a|b^)$"])
def test_what_automata_cannot_say_is_unknown(pattern: str) -> None:
    """Too many states, or an anchor inside, get no answer instead of a wrong one."""
    with pytest.raises(Unknown):
        beyond(pattern, "^a$")
