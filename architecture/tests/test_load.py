"""YAML to a model: what is refused, where it is said to be, and how a target is laid over the rest."""

import json
from pathlib import Path
from typing import Any

import pytest

from architecture.errors import ArchitectureError
from architecture.load import HOME, load
from architecture.reading import schema_text

TARGET: dict[str, Any] = {
    "target": {
        "id": "here",
        "name": {"en": "Here", "fr": "Ici"},
        "provider": "us",
        "region": "here",
        "jurisdictions": ["EU"],
    }
}
PLACES: dict[str, Any] = {
    "places": [
        {"id": "room", "name": {"en": "Room", "fr": "Salle"}, "kind": "room"},
        {"id": "hall", "name": {"en": "Hall", "fr": "Hall"}, "kind": "room", "inside": "room"},
    ]
}


def written(root: Path, logical: dict[str, Any], target: dict[str, Any] | None = None) -> Path:
    """A model folder of one logical file and one target."""
    (root / "targets").mkdir(parents=True)
    (root / "all.yml").write_text(json.dumps(logical))  # JSON is YAML, without aliases
    (root / "targets" / "here.yml").write_text(json.dumps(TARGET | (target or {})))
    return root


def problems(root: Path) -> str:
    """What loading and binding a folder complains of."""
    with pytest.raises(ArchitectureError) as caught:
        load(root).bound("here")
    return str(caught.value)


def test_the_models_four_targets_are_bound_and_each_part_knows_its_line() -> None:
    """Every target fits together, and a number can be traced to the file and line it stands on."""
    model = load()
    assert list(model.all()) == ["aws", "azure", "gcp", "onprem"]
    for target, architecture in model.all().items():
        for name in architecture.all():
            file, _, line = model.where(name, "", target).partition(":")
            assert (HOME.parent.parent / file).is_file(), name
            assert int(line) > 0


def test_every_option_of_every_target_can_be_bound() -> None:
    """An alternative that does not fit would be noticed only by whoever tries it."""
    model = load()
    for name, binding in model.targets.items():
        for option in binding.options:
            zone = model.bound(name, [option.id]).one("components")["broker"].zone
            assert (zone == "serving") == option.id.startswith("broker")


def test_the_schema_for_editors_is_that_of_the_code() -> None:
    """model.schema.json is made from parts.py; make it anew with `python -m architecture.reading`."""
    assert (HOME.parent / "model.schema.json").read_text() == schema_text()


def test_a_target_lays_its_words_over_the_logical_part(tmp_path: Path) -> None:
    """A word replaces the word; the others stay."""
    over = {"places": [{"id": "hall", "country": "FR"}]}
    hall = load(written(tmp_path / "m", PLACES, over)).bound("here").one("places")["hall"]
    assert (hall.country, hall.inside) == ("FR", "room")


def test_a_target_can_drop_a_part(tmp_path: Path) -> None:
    """What a target does not have is not there."""
    assert list(load(written(tmp_path / "m", PLACES, {"without": ["hall"]})).bound("here").one("places")) == ["room"]


def test_an_option_is_laid_over_its_target(tmp_path: Path) -> None:
    """Options are chosen by name, and only then count."""
    option = {"id": "abroad", "name": {"en": "Abroad", "fr": "Ailleurs"}, "places": [{"id": "hall", "country": "US"}]}
    model = load(written(tmp_path / "m", PLACES, {"options": [option]}))
    assert model.bound("here").one("places")["hall"].country is None
    assert model.bound("here", ["abroad"]).one("places")["hall"].country == "US"


@pytest.mark.parametrize(
    ("logical", "target", "said"),
    [
        ({"places": [{"id": "room", "colour": "red"}]}, {}, "'colour' was unexpected"),
        ({"places": [{"id": "room", "kind": "cave"}]}, {}, "'cave' is not one of"),
        ({"places": [{"id": "room"}]}, {}, "missing required field"),
        ({"places": [{"kind": "room"}]}, {}, "'id' is a required property"),
        ({"placos": []}, {}, "'placos' was unexpected"),
        ({"places": [PLACES["places"][0], PLACES["places"][0] | {"kind": "site"}]}, {}, "is already written at"),
        ({"places": [PLACES["places"][0] | {"inside": "rom"}]}, {}, "Did you mean room?"),
        (PLACES, {"without": ["attic"]}, "drops 'attic'"),
        (PLACES, {"places": [{"id": "room", "kind": "cave"}]}, "here.yml"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(
    tmp_path: Path, logical: dict[str, Any], target: dict[str, Any], said: str
) -> None:
    """Each fault names its file and what is wrong there."""
    assert said in problems(written(tmp_path / "m", logical, target))


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    """Whoever mends a model need not run it again for each of its faults."""
    root = written(tmp_path / "m", {"places": [{"id": "room", "colour": "red"}, {"id": "hall", "kind": "cave"}]})
    assert problems(root).count("all.yml:") == 2


@pytest.mark.parametrize("text", ["places: [", "places: &a []\nzones: *a\n", "- a\n", "places: []\nplaces: []\n"])
def test_text_that_is_not_plain_yaml_is_refused(tmp_path: Path, text: str) -> None:
    """Aliases, tags, keys twice and broken text have no place in a model."""
    root = written(tmp_path / "m", PLACES)
    (root / "broken.yml").write_text(text)
    assert "broken.yml" in problems(root)


def test_an_unknown_target_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """A slip of the pen costs nothing."""
    with pytest.raises(ArchitectureError, match="Did you mean here"):
        load(written(tmp_path / "m", PLACES)).bound("hear")


def test_short_forms_stand_for_long_ones(tmp_path: Path) -> None:
    """A hypothesis's id is its range, three numbers are low, likely, high, and `each` is a flow for each."""
    model = load()
    parts = model.bound("aws")
    broker, job = parts.one("components")["broker"], parts.one("components")["job"]
    assert broker.availability == parts.one("hypotheses")["machine-availability"].amount.__class__(
        low=99.0,
        likely=99.7,
        high=99.9,
        unit="%",
        source=broker.availability.source,
    )
    assert (broker.availability.source.kind, broker.availability.source.ref) == ("hypothesis", "machine-availability")
    assert (job.restore_h.likely, job.restore_h.unit) == (0.5, "h")
    assert parts.one("flows")["f-watch-job"].source == "job"
    assert parts.one("flows")["f-admin-job"].to == "job"
