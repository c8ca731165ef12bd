"""ECMA-262 patterns to Python's: only the subset that ECMA, Python, Java and RE2 read alike, the rest refused.

ODCS says a pattern is ECMA-262 and is searched, not matched from the start. In ECMA `$` (without the m flag) is
the very end of the text; in Python it also matches before a final newline, so it becomes `\\Z` here.
"""

import re

_REFUSED = (
    (r"\(\?(?!:)", "groups other than (...) and (?:...)"),
    (r"[*+?}][+*]", "possessive or doubled quantifiers"),
    (r"\[\^?\[|\[\^?\]|&&", "nested or empty classes"),
)
_ESCAPES = frozenset("dDwWntr")
_NESTED = re.compile(r"\([^()]*[*+}][^()]*\)[*+{]")


def refusal(pattern: str) -> str | None:
    """Why a pattern cannot be compiled with the same meaning everywhere, or None where it can."""
    for escape in re.findall(r"\\(.)", pattern):
        if escape.isalnum() and escape not in _ESCAPES:
            return f"uses the escape \\{escape}, which the engines do not read alike"
    plain = re.sub(r"\\.", "_", pattern)
    for refused, name in _REFUSED:
        if re.search(refused, plain):
            return f"uses {name}, which the engines do not read alike"
    if _NESTED.search(plain):
        return "repeats a group that repeats inside, which can take exponential time"
    try:
        re.compile(_translate(pattern), re.ASCII)
    except re.error as error:
        return f"is no regular expression: {error}"
    return None


def _translate(pattern: str) -> str:
    """`$` outside classes and escapes becomes `\\Z`; `.` never matches a line end in ECMA, CR and U+2028/9 included."""
    out, in_class, i = [], False, 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\":
            out.append(pattern[i : i + 2])
            i += 2
            continue
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        out.append({"$": r"\Z", ".": "[^\n\r\u2028\u2029]"}.get(char, char) if not in_class else char)
        i += 1
    return "".join(out)


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The Python pattern that finds exactly what the ECMA one finds; call its `search`."""
    return re.compile(_translate(pattern), re.ASCII)
