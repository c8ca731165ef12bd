"""The table of rules as rows for people: what `tickets contracts rules` prints and docs/contract-review.md shows."""

from contracts.compiler.diff.rule import EFFECTS
from contracts.compiler.diff.table import RULES

START, END = "<!-- rules -->", "<!-- /rules -->"
_WORDS = {
    "path": "FIELD",
    "name": "NAME",
    "place": "PLACE",
    "old": "OLD",
    "new": "NEW",
    "gained": "VALUES",
    "lost": "VALUES",
}


def as_rows() -> list[dict[str, str]]:
    """One row a rule: its id, what it says, what decides about it, what to do."""
    return [
        {
            "rule": rule.id,
            "says": rule.says.format(**_WORDS),
            "decided_by": EFFECTS[rule.element.effect],
            "remedy": rule.element.remedy,
            "odcs": ", ".join(rule.element.kinds),
        }
        for rule in RULES.values()
    ]


def as_table(rows: list[dict[str, str]]) -> str:
    """A Markdown table of rule, sentence and what decides."""
    lines = ["| rule | it says | decided by |", "|---|---|---|"]
    lines += [f"| `{row['rule']}` | {row['says']} | {row['decided_by']} |" for row in rows]
    return "\n".join(lines)


def in_page(page: str) -> str:
    """The page with the table between its two marks drawn anew."""
    before, _, rest = page.partition(START)
    return f"{before}{START}\n{as_table(as_rows())}\n{END}{rest.partition(END)[2]}"
