"""Bytes to JSON value by the grammar of RFC 8259, one character after the other.

A value is a dict, list, str, bool, None, int (no fraction or exponent written) or Decimal.
"""

from decimal import Decimal
from typing import Any

MAX_DEPTH = 64
MAX_DIGITS = 400
_SAFE_DEPTH = 150  # levels this reader goes down itself; anything deeper is too deep already
_ESCAPED = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Refused(Exception):  # noqa: N818 - a verdict on input, not a fault of the program
    """The bytes are no JSON we read; `rule` is the rule of the `$` clause."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def read(data: bytes) -> Any:
    """The value of a JSON text; Refused where it is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("utf8") from None
    if text.startswith("\ufeff"):
        raise Refused("utf8")
    reader = _Reader(text)
    value = reader.value(0)
    reader.space()
    if reader.at < len(text):
        raise Refused("json")
    if reader.deepest > MAX_DEPTH:
        raise Refused("depth")
    if reader.lone_surrogate:
        raise Refused("utf8")
    return value


class _Reader:
    """A place in a text, and what was seen on the way."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.deepest, self.lone_surrogate = text, 0, 0, False

    def next(self) -> str:
        """The character here, empty at the end."""
        return self.text[self.at : self.at + 1]

    def space(self) -> None:
        """Go past white space."""
        while self.next() and self.next() in " \t\n\r":
            self.at += 1

    def expect(self, wanted: str) -> None:
        """Go past exactly this text."""
        if not self.text.startswith(wanted, self.at):
            raise Refused("json")
        self.at += len(wanted)

    def value(self, depth: int) -> Any:
        """One value with the white space before it."""
        self.space()
        first = self.next()
        if first and first in "{[":
            self.deepest = max(self.deepest, depth + 1)
            if depth > _SAFE_DEPTH:
                raise Refused("depth")
            return self.members(depth) if first == "{" else self.items(depth)
        if first == '"':
            return self.string()
        for word, meaning in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        return self.number()

    def members(self, depth: int) -> dict[str, Any]:
        """An object, whose names must differ."""
        self.expect("{")
        pairs: list[tuple[str, Any]] = []
        self.space()
        while self.next() != "}":
            if pairs:
                self.expect(",")
                self.space()
            if self.next() != '"':
                raise Refused("json")
            name = self.string()
            self.space()
            self.expect(":")
            pairs.append((name, self.value(depth + 1)))
            self.space()
        self.expect("}")
        if len({name for name, _ in pairs}) < len(pairs):
            raise Refused("duplicate_key")
        return dict(pairs)

    def items(self, depth: int) -> list[Any]:
        """An array."""
        self.expect("[")
        made: list[Any] = []
        self.space()
        while self.next() != "]":
            if made:
                self.expect(",")
            made.append(self.value(depth + 1))
            self.space()
        self.expect("]")
        return made

    def string(self) -> str:
        """A string; two escaped surrogates that belong together are one character."""
        self.expect('"')
        made: list[str] = []
        while self.next() != '"':
            char = self.next()
            if not char or char < " ":
                raise Refused("json")
            self.at += 1
            made.append(char if char != "\\" else self.escape())
        self.at += 1
        whole = "".join(made).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self.lone_surrogate |= whole.count("\ufffd") > "".join(made).count("\ufffd")
        return whole

    def escape(self) -> str:
        """What stands after a backslash."""
        letter = self.next()
        self.at += 1
        if letter in _ESCAPED:
            return _ESCAPED[letter]
        digits = self.text[self.at : self.at + 4]
        if letter != "u" or len(digits) < 4 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            raise Refused("json")
        self.at += 4
        return chr(int(digits, 16))

    def number(self) -> int | Decimal:
        """A number as RFC 8259 writes it: no plus, no leading zero, digits on both sides of a point."""
        start = self.at
        if self.next() == "-":
            self.at += 1
        if self.digits().startswith("0") and self.text[start : self.at].lstrip("-") != "0":
            raise Refused("json")
        whole = True
        if self.next() == ".":
            whole = False
            self.at += 1
            self.digits()
        if self.next() and self.next() in "eE":
            whole = False
            self.at += 1
            if self.next() and self.next() in "+-":
                self.at += 1
            self.digits()
        return _number(self.text[start : self.at], whole)

    def digits(self) -> str:
        """One digit or more."""
        start = self.at
        while self.next() and self.next() in "0123456789":
            self.at += 1
        if self.at == start:
            raise Refused("json")
        return self.text[start : self.at]


def _number(text: str, whole: bool) -> int | Decimal:
    """The exact number of a text; its size is bounded before it is converted."""
    if len(text) > MAX_DIGITS:
        raise Refused("number")
    if whole:
        return int(text)
    _mantissa, _, exponent = text.lower().partition("e")
    if len(exponent.lstrip("+-0")) > 4:
        raise Refused("number")
    number = Decimal(text)
    if abs(number.adjusted()) > MAX_DIGITS:
        raise Refused("number")
    return number
