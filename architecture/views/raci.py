"""Who does what: R does it, A answers for it, C is asked before, I is told after."""

from __future__ import annotations

from architecture import parts
from architecture.views.diagram import Table
from architecture.views.scene import Scene


def draw(scene: Scene) -> tuple[Table, ...]:
    """One table: a row for each activity, a column for each team that takes part in any."""
    teams = [
        team.id for team in scene.architecture.teams if any(_letters(row, team.id) for row in scene.architecture.raci)
    ]
    head = (scene.word("column-activity"), *map(scene.name, teams))
    rows = tuple((scene.name(row.id), *(_letters(row, team) for team in teams)) for row in scene.architecture.raci)
    return (Table("raci", scene.word("raci"), scene.word("raci-lead"), head, rows),)


def _letters(row: parts.Activity, team: str) -> str:
    said = (
        ("R", team in row.responsible),
        ("A", team == row.accountable),
        ("C", team in row.consulted),
        ("I", team in row.informed),
    )
    return "/".join(letter for letter, holds in said if holds)
