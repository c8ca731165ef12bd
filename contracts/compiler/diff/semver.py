"""Findings to what the version number must say (Semantic Versioning 2.0.0, for contracts).

A break asks for a new major version in a file of its own, an addition that breaks nobody for a minor one, words for a
patch. A higher step than asked for is honest too.
"""

from collections.abc import Iterable

from contracts.compiler.diff.model import Finding, VersionVerdict

STEPS = ("none", "patch", "minor", "major")


def given(old: str, new: str) -> str:
    """The step between two versions; `none` where nothing changed, `back` where it went down."""
    before, after = (_numbers(text) for text in (old, new))
    if after < before:
        return "back"
    for name, one, two in zip(("major", "minor", "patch"), before, after, strict=True):
        if one != two:
            return name
    return "none"


def judge(old: str, new: str, findings: Iterable[Finding], *, published: bool, own_file: bool) -> VersionVerdict:
    """Whether the number says what the findings ask for; one that is waived asks for nothing.

    `published`: OLD is out in the world, so any change needs a new number; else an unchanged number is a hint.
    `own_file`: NEW stands in another file than OLD, as a new major version must.
    """
    asked = max(("none", *(row.bump for row in findings if row.waiver is None)), key=STEPS.index)
    step = given(old, new)
    honest, fails, says = _told(old, new, (asked, step), published, own_file)
    return VersionVerdict(old, new, asked, step, honest, fails, says, published, own_file)


def again(verdict: VersionVerdict, findings: Iterable[Finding]) -> VersionVerdict:
    """The same number held against other findings, as after some of them were waived."""
    return judge(verdict.old, verdict.new, findings, published=verdict.published, own_file=verdict.own_file)


def _told(old: str, new: str, steps: tuple[str, str], published: bool, own_file: bool) -> tuple[bool, bool, str]:
    """honest, fails and says of the verdict; `steps` are what is asked and what is given."""
    asked, step = steps
    if step == "back":
        return False, True, f"The version went back from {old} to {new}."
    if asked == "none":
        return True, False, "Nothing changed that asks for another version."
    if STEPS.index(step) < STEPS.index(asked):
        return (False, *_too_low(old, new, asked, step, published))
    if asked == "major" and not own_file:
        says = f"A break needs a file of its own: keep v{_numbers(old)[0]} as it was, and write {new} beside it."
        return False, published, says
    return True, False, f"{new} is honest: the changes ask for {_step(asked)}."


def _too_low(old: str, new: str, asked: str, step: str, published: bool) -> tuple[bool, str]:
    wanted = f"The changes ask for {_step(asked)}: at least {_next(old, asked)}"
    wanted += ", in a new file." if asked == "major" else "."
    if step == "none":
        edited = f"{old} is published and was edited in place." if published else "The version did not change."
        return published, f"{edited} {wanted}"
    return True, f"{new} is too low after {old}. {wanted}"


def _step(asked: str) -> str:
    return {"major": "a major version", "minor": "a minor version", "patch": "a patch"}[asked]


def _next(version: str, step: str) -> str:
    major, minor, patch = _numbers(version)
    return {"major": f"{major + 1}.0.0", "minor": f"{major}.{minor + 1}.0", "patch": f"{major}.{minor}.{patch + 1}"}[
        step
    ]


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch
