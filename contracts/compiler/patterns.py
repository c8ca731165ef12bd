"""ECMA-262 patterns to the subset that ECMA, Python, Java and RE2 read alike; the rest is refused with the reason.

ODCS says a pattern is ECMA-262 and is searched, not matched from the start. `\\d`, `\\w`, `\\s`, `.` and character
escapes are written out, since the engines differ in what they mean by them. In ECMA `$` (without the m flag) is the
very end of the text; in Python it also stands before a final newline, so it becomes `\\Z` here.

A pattern that could take long in a backtracking engine runs in RE2, which takes linear time; one that could take
exponential time in the engines of others, who read the exported schema, is refused.
"""

import functools
import re
from re import _constants as codes  # type: ignore[attr-defined]  # the parser's own names for what it parsed
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Protocol

# ECMA-262 WhiteSpace and LineTerminator
_SPACE = "\t\n\x0b\x0c\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACE}
_CHARACTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\x0b"}
_SYNTAX = frozenset(r"^$\.*+?()[]{}|/")
_ANY = "[^\n\r\u2028\u2029]"
_REFUSED = (
    (r"\(\?(?!:)", "groups other than (...) and (?:...)"),
    (r"[*+?}][+*]", "possessive or doubled quantifiers"),
    (r"\{(?![0-9]+(?:,[0-9]*)?\})", "a brace that is no repetition"),
)
_NESTED = re.compile(r"\([^()]*[*+}][^()]*\)[*+{]")


class Searcher(Protocol):
    """What a compiled pattern can do: `search` gives a match or None."""

    def search(self, text: str, /) -> Any:
        """The first match in a text, or None."""


class _RefusedError(ValueError):
    """The message says why."""


def refusal(pattern: str) -> str | None:
    """Why a pattern cannot be compiled with the same meaning everywhere, or None where it can."""
    try:
        portable(pattern)
    except _RefusedError as reason:
        return str(reason)
    plain = re.sub(r"\[(?:[^\]\\]|\\.)*\]", "_", re.sub(r"\\.", "_", pattern))
    for refused, name in _REFUSED:
        if re.search(refused, plain):
            return f"uses {name}, which the engines do not read alike"
    if _NESTED.search(plain):
        return "repeats a group that repeats inside, which can take exponential time"
    try:
        compile_pattern(pattern)
    except re.error as error:
        return f"is no regular expression: {error}"
    except _re2().error as error:
        return f"is too large to be matched in linear time: {error.args[0]}"
    return None


@functools.cache
def portable(pattern: str) -> str:
    """The pattern as ECMA-262, Python, Java and RE2 read it alike, `$` aside (see above); this is what is exported."""
    out, place, in_class = list[str](), 0, False
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            text, place = _escape(pattern, place + 1, in_class)
            out.append(text)
            continue
        if in_class and char == "[":
            raise _RefusedError("uses a [ within a class, which the engines do not read alike; write \\[")
        if in_class and pattern[place : place + 2] in ("&&", "--", "~~", "||"):
            raise _RefusedError(
                f"uses {pattern[place : place + 2]} within a class, which the engines do not read alike"
            )
        if char == "[":
            in_class = True
            if pattern[place + 1 :].lstrip("^").startswith("]"):
                raise _RefusedError("uses an empty class, which the engines do not read alike")
        elif char == "]":
            in_class = False
        out.append(_ANY if char == "." and not in_class else char)
        place += 1
    return "".join(out)


def _escape(pattern: str, place: int, in_class: bool) -> tuple[str, int]:
    """What an escape stands for, written out, and where the pattern goes on."""
    letter = pattern[place : place + 1]
    if letter in _CLASSES:
        return (_CLASSES[letter] if in_class else f"[{_CLASSES[letter]}]"), place + 1
    if letter.lower() in _CLASSES and not in_class:
        return f"[^{_CLASSES[letter.lower()]}]", place + 1
    if letter in _CHARACTERS:
        return _CHARACTERS[letter], place + 1
    width = {"x": 2, "u": 4}.get(letter, 0)
    digits = pattern[place + 1 : place + 1 + width]
    if width and re.fullmatch(rf"[0-9A-Fa-f]{{{width}}}", digits) and not 0xD800 <= int(digits, 16) <= 0xDFFF:
        return _literal(chr(int(digits, 16)), in_class), place + 1 + width
    if not letter or letter.isalnum():
        raise _RefusedError(f"uses the escape \\{letter}, which the engines do not read alike")
    return _literal(letter, in_class), place + 1


def _literal(char: str, in_class: bool) -> str:
    """A character that means itself; escaped only where ECMA-262 allows it under its `u` flag too."""
    return f"\\{char}" if char in _SYNTAX or (char == "-" and in_class) else char


def _python(pattern: str) -> str:
    """The portable pattern with `$` as Python must have it."""
    return re.sub(
        r"\\.|\[(?:[^\]\\]|\\.)*\]|\$", lambda m: r"\Z" if m[0] == "$" else m[0], portable(pattern), flags=re.S
    )


@functools.cache
def compile_pattern(pattern: str) -> Searcher:
    """What finds exactly what the ECMA pattern finds; in Python's engine where that is surely quick, else in RE2."""
    compiled = re.compile(_python(pattern))
    if _is_quick(parser.parse(_python(pattern))):
        return compiled
    options = _re2().Options()
    options.log_errors = False
    searcher: Searcher = _re2().compile(portable(pattern), options=options)
    return searcher


_LONGEST = 1_000_000  # characters of a text: what an open repetition, or a start that is not anchored, may cost
_QUICK = 100 * _LONGEST


def _is_quick(tree: Any) -> bool:
    """Whether backtracking stays small whatever the text: an upper bound of the ways it can try to match."""
    anchored = bool(len(tree)) and tree[0] == (codes.AT, codes.AT_BEGINNING)
    return _ways(tree) * (1 if anchored else _LONGEST) <= _QUICK


def _ways(tree: Any) -> float:
    """An upper bound of the ways a sequence can match at one place (float, since it may be without end)."""
    ways = 1.0
    for code, argument in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, inner = argument
            below, most = _ways(inner), min(most, _LONGEST)
            single = len(inner) == 1 and inner[0][0] in _SINGLE
            ways *= (most - least + 1) if single or below == 1 else _power(below + 1, most)
        elif code is codes.SUBPATTERN:
            ways *= _ways(argument[-1])
        elif code is codes.BRANCH:
            ways *= sum(_ways(branch) for branch in argument[1])
    return ways


def _power(base: float, exponent: int) -> float:
    return base**exponent if exponent < 100 else float("inf")


_SINGLE = (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY)


def _re2() -> Any:
    """Imported where a pattern needs it: most do not."""
    import re2  # type: ignore[import-untyped]

    return re2
