"""Small folders of decisions, right in every respect until a test changes something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.adr import folder, outcomes
from cli.adr.check import judge
from cli.adr.confirm import Evidence
from cli.adr.measures import Measures
from cli.adr.problems import Problem

GOOD = """\
---
status: accepted
date: 2026-11-28
decision-makers: platform team
---
# Keep the milk cold

## Context and Problem Statement
Milk turns sour in 2 days on the table.
Where do we keep it?

## Decision Drivers
* Sour milk costs 1,250 EUR a month.

## Considered Options
* the table
* a refrigerator

## Decision Outcome
Chosen option: "a refrigerator", because it keeps milk for 9 days.

### Consequences
* Good, because milk lasts.
* Bad, because it hums.

### Confirmation
| kind | what | holds when |
|---|---|---|
| rule | `milk-is-cold` | no finding |
| test | `kitchen/test_milk.py::test_cold` | passes |
| test | `features/milk.feature::it stays fresh` | passes |
| figure | `milk.days` | `>= 7 d` |
| benchmark | `results.json#fridge.hum` | `< 40` |
| benchmark | `notes.md: keeps milk for {n} days` | `== 9` |

| figure | as decided | tolerance |
|---|---|---|
| `milk.cost` | 1,250 EUR | 5 % |
| `milk.days` | 9 | 0.5 |

## Pros and Cons of the Options
### the table
* Good, because it is there.

### a refrigerator
* Neutral, because it is white.

## More Information
See [the other one](0002-close-the-door.md#confirmation), and `tickets adr list`.
"""
OTHER = """\
---
status: accepted
date: 2026-11-28
decision-makers: platform team
---
# Close the door

## Context and Problem Statement
Who closes it?

## Considered Options
* nobody
* who opened it

## Decision Outcome
Chosen option: "who opened it", because it costs nothing.

### Consequences
* Good, because it is closed.
* Bad, because hands are full.

### Confirmation
| kind | what | holds when |
|---|---|---|
| test | `kitchen/test_milk.py` | passes |
"""
TESTS = """\
import pytest

def test_cold(): ...

@pytest.mark.nightly
def test_all_night(): ...

class TestDoor:
    pytestmark = pytest.mark.stack
    def test_shut(self): ...
"""
FEATURE = """\
Feature: Milk
  Rule: fresh
    Scenario: it stays fresh
      Given milk

    @nightly
    Scenario Outline: for <n> days
"""
PASSED = {
    "kitchen/test_milk.py::test_cold[one]": "passed",
    "kitchen/test_milk.py::test_cold[two]": "passed",
    "features/milk.feature::it stays fresh": "passed",
}


@dataclass(frozen=True, slots=True)
class Fake:
    """A figure."""

    value: float
    unit: str
    low: float | None = None
    high: float | None = None


FIGURES: Mapping[str, Fake] = {"milk.cost": Fake(1250.4, "EUR"), "milk.days": Fake(9.0, "d", 7, 11)}
RULES: Mapping[str, Sequence[str]] = {"milk-is-cold": (), "door-is-shut": ("the door: open", "the window: open")}


def kitchen(root: Path, good: str = GOOD, other: str = OTHER, index: bool = True) -> folder.Folder:
    """A checkout with two decisions, and the tests and results that they name."""
    files = {
        "adr/0001-keep-the-milk-cold.md": good,
        "adr/0002-close-the-door.md": other,
        "kitchen/test_milk.py": TESTS,
        "features/milk.feature": FEATURE,
        "features/test_all.py": 'from pytest_bdd import scenarios\nscenarios("milk.feature")\n',
        "features/stack.feature": "Feature: Cellar\n  Scenario: it is cool\n",
        "features/test_stack.py": "import pytest\nfrom pytest_bdd import scenarios\n"
        'pytestmark = [pytest.mark.stack]\nscenarios("stack.feature")\n',
        "features/unbound.feature": "Feature: Nobody\n  Scenario: alone\n",
        "results.json": '{"fridge": {"hum": 38.5, "white": true, "doors": [1, 2]}}',
        "kitchen/plan.yml": "shelves:\n  - {id: upper, height: [1, 2]}\n  - {id: lower, height: [20, 30]}\n",
        "notes.md": "It keeps milk for\n9 days. It has 2 doors, and 2 doors.",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    read = folder.load(root / "adr")
    if index:
        (root / "adr" / folder.INDEX).write_text(folder.index(read), "utf-8")
    return read


def held(
    root: Path,
    recorded: outcomes.Outcomes = PASSED,
    ran: bool = False,
    figures: Mapping[str, Fake] = FIGURES,
    rules: Mapping[str, Sequence[str]] = RULES,
) -> Evidence:
    """What the kitchen's decisions are held against."""
    return Evidence(root, Measures(root, lambda: figures), lambda: rules, recorded, ran)


def found(root: Path, old: str, new: str) -> list[Problem]:
    """The problems once a text of the first decision is another; its index is made of what it then says."""
    assert old in GOOD, old
    return judge(kitchen(root, GOOD.replace(old, new)), held(root))
