"""What a version number must say."""

import pytest

from contracts.compiler.diff.model import COMPATIBLE, Finding, Waiver
from contracts.compiler.diff.semver import given, judge


def finding(bump: str, waiver: Waiver | None = None) -> Finding:
    """A finding that asks for a step."""
    return Finding("rule", "", "", None, None, "", COMPATIBLE, (), None, "", bump, False, None, waiver)


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.0.0", "2.0.0", "major"),
        ("1.0.0", "1.1.0", "minor"),
        ("1.9.0", "1.10.0", "minor"),
        ("1.0.0", "1.0.0", "none"),
        ("1.2.3", "1.2.4", "patch"),
        ("1.10.0", "1.9.9", "back"),
        ("2.0.0", "1.9.9", "back"),
    ],
)
def test_the_step_between_versions(old: str, new: str, step: str) -> None:
    """Numbers are compared as numbers."""
    assert given(old, new) == step


@pytest.mark.parametrize(
    ("bump", "new", "published", "own_file", "honest", "fails"),
    [
        ("patch", "1.0.1", True, False, True, False),
        ("patch", "1.1.0", True, False, True, False),
        ("patch", "1.0.0", True, False, False, True),
        ("patch", "1.0.0", False, False, False, False),
        ("minor", "1.0.1", False, False, False, True),
        ("minor", "1.1.0", True, False, True, False),
        ("major", "1.1.0", False, True, False, True),
        ("major", "2.0.0", True, True, True, False),
        ("major", "2.0.0", True, False, False, True),
        ("minor", "0.9.0", False, True, False, True),
    ],
)
def test_a_version_says_at_least_what_the_findings_ask_for(
    bump: str, new: str, published: bool, own_file: bool, honest: bool, fails: bool
) -> None:
    """Too low a number fails; an unchanged one only where the old one is published; a break needs its own file."""
    verdict = judge("1.0.0", new, [finding(bump)], published=published, own_file=own_file)
    assert (verdict.honest, verdict.fails) == (honest, fails)


def test_a_waived_finding_asks_for_nothing() -> None:
    """What was decided to pass does not ask for a new major version either."""
    waiver = Waiver("rule", "", "", "seen", "sales", "2999-01-01")
    assert judge("1.0.0", "1.0.1", [finding("major", waiver), finding("patch")], published=True, own_file=False).honest
