"""Patterns to texts: values that match a pattern, drawn at random, or drawn with a length that was asked for.

A pattern is read in its portable form (`contracts.compiler.patterns`), so what is drawn means the same to every engine.
What is not anchored may have more text around it. Anchors within a pattern raise Unreadable, and the caller falls back
on the contract's examples.
"""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from re import _constants as codes  # type: ignore[attr-defined]  # the parser's own names for what it parsed
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from contracts.compiler.patterns import portable

REPEATS = 8  # an open-ended quantifier repeats at most this often beyond its least, unless a length asks for more
LONGEST = 4096  # no text of a pattern is drawn longer
PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
FILLER = "abcdefghijklmnopqrstuvwxyz"
WIDEST_CLASS = 4096  # characters of a class that are considered
OPEN = int(codes.MAXREPEAT)


class Unreadable(Exception):  # noqa: N818 - a limit of this module, not a fault
    """The pattern is beyond what is drawn here."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of several."""

    chars: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One node after the other."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several nodes."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A node `least` to `most` times (OPEN without an end); `around` marks the text around what is not anchored."""

    node: "Node"
    least: int
    most: int
    around: bool


Node = Chars | Sequence | Choice | Repeat


@functools.cache
def parse(pattern: str) -> Node:
    """The tree of a pattern; Unreadable where it is not known how to draw from it."""
    try:
        tree = list(parser.parse(portable(pattern)))
    except (ValueError, re.error) as error:
        raise Unreadable(pattern) from error
    return _anchored(tree, pattern)


def _anchored(items: list[Any], pattern: str) -> Node:
    """A sequence without its anchors, with text around it where it has none; alternatives have anchors of their own."""
    if items and items[-1][0] is codes.BRANCH:
        return Choice(tuple(_anchored([*items[:-1], *branch], pattern) for branch in items[-1][1][1]))
    around = Repeat(Chars(FILLER), 0, OPEN, True)
    starts, ends = bool(items) and items[0] == (codes.AT, codes.AT_BEGINNING), False
    items = items[1:] if starts else items
    if items and items[-1] == (codes.AT, codes.AT_END):
        items, ends = items[:-1], True
    inner = _sequence(items, pattern)
    return Sequence((*(() if starts else (around,)), inner, *(() if ends else (around,))))


def _sequence(items: Any, pattern: str) -> Node:
    nodes = tuple(_node(code, given, pattern) for code, given in items)
    return nodes[0] if len(nodes) == 1 else Sequence(nodes)


def _node(code: Any, given: Any, pattern: str) -> Node:
    if code is codes.LITERAL:
        return Chars(chr(given))
    if code is codes.NOT_LITERAL:
        return Chars(_others({chr(given)}))
    if code is codes.IN:
        return Chars(_class(given, pattern))
    if code is codes.SUBPATTERN:
        return _sequence(given[-1], pattern)
    if code is codes.BRANCH:
        return Choice(tuple(_sequence(branch, pattern) for branch in given[1]))
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = given
        return Repeat(_sequence(inner, pattern), int(least), int(most), False)
    raise Unreadable(pattern)


def _class(items: list[Any], pattern: str) -> str:
    negated, chars = items[0][0] is codes.NEGATE, set[str]()
    for code, given in items[negated:]:
        first, last = (given, given) if code is codes.LITERAL else given
        chars |= {chr(n) for n in range(first, min(last, first + WIDEST_CLASS) + 1) if not 0xD800 <= n <= 0xDFFF}
    allowed = _others(chars) if negated else "".join(sorted(chars))
    if not allowed:
        raise Unreadable(pattern)
    return allowed


def _others(chars: set[str]) -> str:
    return "".join(char for char in PRINTABLE if char not in chars)


def drawn(node: Node) -> Callable[[Random], str]:
    """A maker of matching texts of usual length."""
    if isinstance(node, Chars):
        chars, many = node.chars, len(node.chars)
        return (lambda _: chars) if many == 1 else lambda rng: chars[int(rng.random() * many)]
    if isinstance(node, Repeat):
        return _repeated(node)
    below = tuple(drawn(part) for part in node.nodes)
    if isinstance(node, Choice):
        return lambda rng: below[int(rng.random() * len(below))](rng)
    return lambda rng: "".join([draw(rng) for draw in below])


def _repeated(node: Repeat) -> Callable[[Random], str]:
    least = node.least
    span = 1 if node.around else min(node.most, least + REPEATS) - least + 1
    if isinstance(node.node, Chars):
        chars = node.node.chars
        if len(chars) == 1:
            return lambda rng: chars * (least + int(rng.random() * span))
        return lambda rng: "".join(rng.choices(chars, k=least + int(rng.random() * span)))
    draw = drawn(node.node)
    return lambda rng: "".join([draw(rng) for _ in range(least + int(rng.random() * span))])


@functools.lru_cache(maxsize=1024)
def lengths(node: Node, most: int) -> int:
    """The lengths a node's texts can have, up to `most`: bit n is set if n is one."""
    if isinstance(node, Chars):
        return 0b10 & _below(most)
    if isinstance(node, Choice):
        return functools.reduce(int.__or__, (lengths(part, most) for part in node.nodes))
    if isinstance(node, Sequence):
        return functools.reduce(lambda one, two: _sums(one, lengths(two, most), most), node.nodes, 1)
    return _repeats(lengths(node.node, most), node.least, min(node.most, most + node.least), most)


def _repeats(one: int, least: int, most: int, longest: int) -> int:
    if one == 0b10:  # single characters: every number of them
        return (_below(longest) >> least << least) & _below(most)
    total = _power(one, least, longest)
    return _sums(total, _power(one | 1, most - least, longest), longest)


def _power(one: int, times: int, longest: int) -> int:
    """The sums of `times` lengths."""
    total = 1
    while times:
        if times & 1:
            total = _sums(total, one, longest)
        one, times = _sums(one, one, longest) if times > 1 else one, times >> 1
    return total


def _sums(one: int, two: int, most: int) -> int:
    """The sums of a length of each, run by run of neighbouring lengths."""
    one, two = sorted((one, two), key=lambda mask: (mask & ~(mask << 1)).bit_count())
    total = 0
    while one:
        start = (one & -one).bit_length() - 1
        shifted = one >> start
        size = (~shifted & -~shifted).bit_length() - 1
        total |= _spread(two << start, size)
        one = shifted >> size << size + start
    return total & _below(most)


def _spread(mask: int, times: int) -> int:
    """The mask moved by 0, 1, ... times - 1, all of them together."""
    done = 1
    while done < times:
        move = min(done, times - done)
        mask |= mask << move
        done += move
    return mask


def _below(most: int) -> int:
    return (1 << (most + 1)) - 1


def sized(node: Node, length: int, most: int, rng: Random) -> str:
    """A text of exactly this length, which `lengths(node, most)` says is one."""
    if isinstance(node, Chars):
        return rng.choice(node.chars)
    if isinstance(node, Choice):
        node = rng.choice([part for part in node.nodes if lengths(part, most) >> length & 1])
        return sized(node, length, most, rng)
    if isinstance(node, Repeat):
        if isinstance(node.node, Chars):
            return "".join(rng.choices(node.node.chars, k=length))
        return "".join(_times(node, length, most, rng))
    out, rest = list[str](), node
    while rest.nodes:
        first, rest = rest.nodes[0], Sequence(rest.nodes[1:])
        size = _share(lengths(first, most), lengths(rest, most), length, rng) if rest.nodes else length
        out.append(sized(first, size, most, rng))
        length -= size
    return "".join(out)


def _times(node: Repeat, length: int, most: int, rng: Random) -> Iterator[str]:
    """A repetition, one time after the other."""
    while length or node.least:
        rest = replace(node, least=max(0, node.least - 1), most=node.most if node.most >= OPEN else node.most - 1)
        size = _share(lengths(node.node, most), lengths(rest, most), length, rng)
        yield sized(node.node, size, most, rng)
        length, node = length - size, rest


def _share(one: int, two: int, length: int, rng: Random) -> int:
    """How much of a length the first of two takes, so that the second can have the rest."""
    if one & (one - 1) == 0:
        return one.bit_length() - 1
    return rng.choice([size for size in range(length + 1) if one >> size & 1 and two >> (length - size) & 1])
