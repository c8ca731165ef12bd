"""Patterns to texts: values that match a simple pattern, drawn or numbered.

Read are literals, escapes, classes, `.`, groups without alternation and the quantifiers ? * + {n} {m,n}. Anything
else raises Unreadable, and the caller falls back on the contract's examples.
"""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

REPEATS = 8  # an open-ended quantifier repeats at most this often beyond its least
PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
ESCAPES = {
    "d": string.digits,
    "w": string.ascii_letters + string.digits + "_",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "D": "".join(sorted(set(PRINTABLE) - set(string.digits))),
    "W": "".join(sorted(set(PRINTABLE) - set(string.ascii_letters + string.digits + "_"))),
}
QUANTIFIER = re.compile(r"\{(\d+)(,?)(\d*)\}")


class Unreadable(Exception):  # noqa: N818 - a limit of this module, not a fault
    """The pattern is beyond the subset."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One repeated element: `chars` to choose from, or `group` where it is a group (then `chars` is empty)."""

    chars: str
    group: tuple["Piece", ...]
    least: int
    most: int


def parse(pattern: str) -> tuple[Piece, ...]:
    """The pieces of a pattern, anchors left out: what it finds anywhere, a whole text may be."""
    pieces, end = _sequence(pattern.removeprefix("^"), 0)
    if end < len(pattern.removeprefix("^")):
        raise Unreadable(pattern)
    return pieces


def _sequence(text: str, at: int) -> tuple[tuple[Piece, ...], int]:
    pieces: list[Piece] = []
    while at < len(text) and text[at] != ")":
        if text[at] == "$" and at == len(text) - 1:
            return tuple(pieces), len(text)
        chars, group, at = _element(text, at)
        least, most, at = _quantifier(text, at)
        pieces.append(Piece(chars, group, least, most))
    return tuple(pieces), at


def _element(text: str, at: int) -> tuple[str, tuple[Piece, ...], int]:
    char = text[at]
    if char in "|^$*+?{":
        raise Unreadable(text)
    if char == "(":
        group, end = _sequence(text, at + (3 if text.startswith("(?:", at) else 1))
        if end >= len(text):
            raise Unreadable(text)
        return "", group, end + 1
    if char == "[":
        return _class(text, at + 1)
    if char == "\\":
        return ESCAPES.get(text[at + 1], text[at + 1]), (), at + 2
    return (PRINTABLE if char == "." else char), (), at + 1


def _class(text: str, at: int) -> tuple[str, tuple[Piece, ...], int]:
    negated, chars = text[at] == "^", set()
    at += negated
    while text[at] != "]":
        if text[at] == "\\":
            chars |= set(ESCAPES.get(text[at + 1], text[at + 1]))
            at += 2
        elif text[at + 1] == "-" and text[at + 2] != "]":
            chars |= {chr(code) for code in range(ord(text[at]), ord(text[at + 2]) + 1)}
            at += 3
        else:
            chars.add(text[at])
            at += 1
    allowed = set(PRINTABLE) - chars if negated else chars
    if not allowed:
        raise Unreadable(text)
    return "".join(sorted(allowed)), (), at + 1


def _quantifier(text: str, at: int) -> tuple[int, int, int]:
    open_ended = {"?": (0, 1), "*": (0, REPEATS), "+": (1, 1 + REPEATS)}
    if at < len(text) and text[at] in open_ended:
        return *open_ended[text[at]], _greedy(text, at + 1)
    match = QUANTIFIER.match(text, at)
    if match is None:
        return 1, 1, at
    least = int(match[1])
    most = int(match[3]) if match[3] else least + REPEATS if match[2] else least
    return least, most, _greedy(text, match.end())


def _greedy(text: str, at: int) -> int:
    """Past a lazy mark, which changes nothing for a whole text."""
    return at + (text[at : at + 1] == "?")


def drawn(pieces: tuple[Piece, ...]) -> Callable[[Random], str]:
    """A maker of matching texts."""

    def make(rng: Random) -> str:
        out = []
        for piece in pieces:
            times = piece.least if piece.least == piece.most else rng.randint(piece.least, piece.most)
            if piece.group:
                out += [below(rng) for below in (drawn(piece.group),) for _ in range(times)]
            elif len(piece.chars) == 1:
                out.append(piece.chars * times)
            else:
                out += rng.choices(piece.chars, k=times)
        return "".join(out)

    return make


def numbered(pieces: tuple[Piece, ...]) -> tuple[Callable[[int], str], int]:
    """A maker of the n-th matching text in increasing order, and how many there are; variable parts stay shortest."""
    wheels = tuple(_wheels(pieces))
    radixes = [len(chars) for chars in wheels]
    capacity = 1
    for radix in radixes:
        capacity *= radix
    prefix = len(radixes) - next((i for i, radix in enumerate(reversed(radixes)) if radix == 1), len(radixes))
    digits = wheels[prefix:]
    if digits and set(digits) == {string.digits}:
        head, width = "".join(chars[0] for chars in wheels[:prefix]), len(digits)
        if all(radix == 1 for radix in radixes[:prefix]):
            return (lambda number: f"{head}{number:0{width}d}"), capacity

    def make(number: int) -> str:
        out = []
        for chars in reversed(wheels):
            number, place = divmod(number, len(chars))
            out.append(chars[place])
        return "".join(reversed(out))

    return make, capacity


def _wheels(pieces: tuple[Piece, ...]) -> list[str]:
    out: list[str] = []
    for piece in pieces:
        out += (_wheels(piece.group) if piece.group else [piece.chars]) * piece.least
    return out
