"""Texts of patterns: drawn, drawn with an exact length, and counted."""

from random import Random

import pytest

from contracts.compiler.patterns import compile_pattern
from producer.values import texts, wheels

PATTERNS = (
    "^TCK-[0-9]{8}$",
    "^[a-z]{2}(-[A-Z]{2})?$",
    r"^\d{3}\.\w+$",
    "^[^a-z]{3}$",
    "^(?:ab){2,3}c*?$",
    "x.y",
    "^[a\\-z]+$",
    "^(a|b)$",
    "a|b",
    "^fr$|^de-[A-Z]{2}$",
    "^(red|green|blue) (light|dark)?$",
    r"^\s\u00e9?$",
    "^((abc){2,}|(xy)*)z$",
    "",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_drawn_texts_match(pattern: str) -> None:
    """A text drawn from a pattern matches it as ECMA-262 means it."""
    draw, search = texts.drawn(texts.parse(pattern)), compile_pattern(pattern).search
    assert all(search(draw(Random(seed))) for seed in range(200))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_of_a_length_match(pattern: str) -> None:
    """A text can be drawn of each length that the pattern allows, and of no other."""
    tree, search, rng = texts.parse(pattern), compile_pattern(pattern).search, Random(1)
    known = texts.lengths(tree, 30)
    assert known
    for length in range(31):
        if known >> length & 1:
            made = texts.sized(tree, length, 30, rng)
            assert len(made) == length
            assert search(made)


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [
        ("^[a-z]{2}(-[A-Z]{2})?$", [2, 5]),
        ("^(ab|cde){2}$", [4, 5, 6]),
        ("^a?b{3}$", [3, 4]),
        ("^(ab){1,3}$", [2, 4, 6]),
        ("^$", [0]),
        ("ab", [2, 3, 4, 5, 6]),
    ],
)
def test_lengths(pattern: str, lengths: list[int]) -> None:
    """The lengths of a pattern's texts are known without drawing any."""
    known = texts.lengths(texts.parse(pattern), 6)
    assert [length for length in range(7) if known >> length & 1] == lengths


@pytest.mark.parametrize("pattern", ["^(?=a)b$", "a$b", "^(a$|b)c$", "[a"])
def test_patterns_that_are_not_drawn(pattern: str) -> None:
    """What can't be drawn says so, rather than drawing something else."""
    with pytest.raises(texts.Unreadable):
        texts.parse(pattern)


@pytest.mark.parametrize(
    ("pattern", "first", "capacity"),
    [
        ("^T-[0-9]{3}$", "T-000", 1000),
        ("^[ab][0-9]-[xyz]$", "a0-x", 60),
        ("^(a|ab|b)[0-9]$", "a0", 20),
        ("^(north|south)-[0-9]$", "north-0", 20),
    ],
)
def test_counted_texts_increase(pattern: str, first: str, capacity: int) -> None:
    """Counted texts are distinct and grow with their number."""
    make, found = wheels.counted(tuple(wheels.wheels(texts.parse(pattern), 0)))
    made = [make(number) for number in range(capacity)]
    assert (made[0], found) == (first, capacity)
    assert made == sorted(set(made))
