"""The table of rules to the page that lists them: `README.md` beside this file, held fresh by a test."""

from __future__ import annotations

from architecture.rules import FAMILIES, RULES

HEAD = """\
# Rules of the architecture

This page is made from the table of rules; write it anew with `python -m architecture.rules.listing`.

{count} rules, of which {paths} follow a path: needs, flows or rights from one part to another. Each is one row of a
file in this folder, and has one seeded defect in `architecture/tests/defects/` that it finds and no other rule does.
`tickets architecture check` judges the model by them.

A finding that is known and accepted has a waiver in `architecture/model/waivers.yml`: rule, element, reason, owner, and
the day it ends. One that is past its day, or that nothing needs, is a finding itself.

A new rule is one row and one function in the file of its family, one defect, and this page written anew.
"""


def page() -> str:
    """The whole page: a table for each family."""
    paths = sum(rule.judges == "path" for rule in RULES.values())
    lines = [HEAD.format(count=len(RULES), paths=paths)]
    for family, rules in FAMILIES.items():
        lines += [f"## {family}", "", "| rule | what must hold | why | what to do |", "|---|---|---|---|"]
        for rule in rules:
            mark = f"`{rule.id}`" + (" (path)" if rule.judges == "path" else "")
            mark += " (warning)" if rule.severity == "warning" else ""
            lines.append(f"| {mark} | {rule.sentence} | {rule.why} | {rule.remedy} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).with_name("README.md").write_text(page(), "utf-8")
