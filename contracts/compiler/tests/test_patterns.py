"""ECMA-262 patterns: read alike everywhere, or refused with the reason; never slow."""

import pytest

from contracts.compiler.patterns import compile_pattern, portable, refusal


def test_patterns_mean_what_ecma_means() -> None:
    """The dollar is the very end, digits are ASCII, and a pattern is searched."""
    ticket = compile_pattern("^TCK-[0-9]{8}$")
    assert ticket.search("TCK-00000042")
    assert not ticket.search("TCK-00000042\n")
    assert not compile_pattern(r"^\d$").search("٣")
    assert compile_pattern("b").search("abc")
    assert not compile_pattern("^a.c$").search("a\u2028c")
    assert compile_pattern(r"^a\$[$]$").search("a$$")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)", "groups other than"),
        (r"(a)\1", "the escape"),
        (r"\bA", "the escape"),
        (r"\p{L}", "the escape"),
        (r"[^\S]", "the escape"),
        ("(a+)+", "exponential"),
        ("(a*)*b", "exponential"),
        ("a++", "doubled"),
        ("[[:alpha:]]", "a [ within a class"),
        ("[a&&b]", "&& within a class"),
        ("[]", "an empty class"),
        ("a{,3}", "a brace"),
        ("(", "no regular expression"),
        ("[a-", "no regular expression"),
        ("a{1,5000}", "too large"),
    ],
)
def test_a_pattern_that_engines_read_differently_is_refused(pattern: str, reason: str) -> None:
    """With a reason, at lint time."""
    assert reason in (refusal(pattern) or "")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^(a|aa)+$", "a" * 50_000 + "!"),
        ("^(?:a?){30}a{30}$", "a" * 29 + "!"),
        ("^a{0,1000}a{0,1000}a{0,1000}$", "a" * 3000 + "!"),
        ("[a-z]+[a-z]+$", "a" * 20_000 + "!"),
    ],
)
@pytest.mark.timeout(60, method="thread")  # a regular expression in C answers no signal
def test_a_pattern_that_could_take_long_is_matched_without_backtracking(pattern: str, text: str) -> None:
    """Python's own engine would take minutes, or for ever."""
    assert refusal(pattern) is None
    assert not compile_pattern(pattern).search(text)


def test_classes_are_written_out_for_other_engines() -> None:
    """What `\\s` or `.` means is not left to the engine that reads the exported schema."""
    assert portable(r"^\d[\w-]$") == "^[0-9][A-Za-z0-9_-]$"
    assert portable(r"\u00e9\x2e") == r"é\."
    assert portable(r"\@\ \-[\-\@]\/") == r"@ -[\-@]\/"  # ECMA-262 refuses \@ under its u flag
    assert compile_pattern(r"^\s$").search("\u2003")
    assert compile_pattern(r"^\S$").search("x")
    assert not compile_pattern(r"^\w$").search("é")
