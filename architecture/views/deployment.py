"""Where each instance stands: places in places, and in each place a box for every zone that has something there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.scene import Scene

_LISTED = 9


def draw(scene: Scene) -> tuple[Picture, ...]:
    """One picture, with the lines between the places."""
    frames = tuple(frame for place in _children(scene, None) if (frame := _frame(scene, place)) is not None)
    chart = Chart(
        (*frames, *_networks(scene)),
        tuple(_lines(scene)),
        down=True,
        legend_title=scene.word("legend"),
        legend=(
            ("onpremises", scene.word("on-premises")),
            ("cloud", scene.word("in-cloud")),
            ("outside", scene.word("elsewhere")),
        ),
    )
    return (Picture("deployment", scene.word("deployment"), scene.word("deployment-lead"), chart),)


def _children(scene: Scene, place: str | None) -> list[parts.Place]:
    return [below for below in scene.architecture.places if below.inside == place]


def _frame(scene: Scene, place: parts.Place) -> Frame | None:
    below = [frame for child in _children(scene, place.id) if (frame := _frame(scene, child)) is not None]
    inside = (*below, *_boxes(scene, place.id))
    where = f" ({place.country})" if place.country and not place.inside else ""
    return Frame(place.id, scene.name(place.id) + where, inside) if inside else None


def _boxes(scene: Scene, place: str) -> Iterator[Box]:
    for zone in scene.architecture.zones:
        here = [found for part in scene.architecture.components if (found := _standing(scene, part, zone, place))]
        if here:
            shown = (*here[:_LISTED], *([scene.word("more", n=len(here) - _LISTED)] if len(here) > _LISTED else []))
            yield Box(f"{place}/{zone.id}", (f"{scene.name(zone.id)}:", *shown), "box", scene.half_of_zone(zone.id))


def _standing(scene: Scene, part: parts.Component, zone: parts.Zone, place: str) -> str:
    """A component's name with how many of its instances stand in a place, or nothing."""
    if part.zone != zone.id:
        return ""
    count = sum(part.places[number % len(part.places)] == place for number in range(part.instances))
    return scene.short(part.id) + (f" x {count}" if count > 1 else "") if count else ""


def _networks(scene: Scene) -> Iterator[Box]:
    """Places with nothing in them in which a zone lies: an operator's network."""
    held = {place for part in scene.architecture.components for place in part.places}
    for place in dict.fromkeys(_outermost(scene, zone.place) for zone in scene.architecture.zones):
        if not held & {below.id for below in scene.architecture.places if _outermost(scene, below.id) == place}:
            yield Box(place, (scene.name(place),), "round", "outside")


def _lines(scene: Scene) -> Iterator[Arrow]:
    """Links join the places of the two zones of a route that needs no other link; one arrow for each pair of places."""
    groups, links = scene.architecture.one("groups"), scene.architecture.one("links")
    drawn: dict[tuple[str, str], dict[str, None]] = {}
    for route in scene.architecture.routes:
        first, second = (_outermost(scene, scene.zones[zone].place) for zone in route.between)
        steps = [name for name in route.via if name in links or any(m in links for m in _members(groups, name))]
        if first != second and len(steps) == 1:
            drawn.setdefault((first, second), {}).update(dict.fromkeys(_members(groups, steps[0])))
    for (first, second), names in drawn.items():
        yield Arrow(first, second, tuple(_said(scene, links[name]) for name in names), "thick", tip=False)
    for place, network in _reached_by(scene):
        yield Arrow(place, network, (), tip=False)


def _members(groups: Mapping[str, parts.Group], name: str) -> list[str]:
    return groups[name].members if name in groups else [name]


def _said(scene: Scene, link: parts.Link) -> str:
    return f"{scene.short(link.id)}: {scene.number(link.bandwidth_mbps)} Mbit/s, {link.encryption}"


def _reached_by(scene: Scene) -> Iterator[tuple[str, str]]:
    """Places whose instances are in a zone that lies in a network elsewhere: they are joined by that network."""
    pairs: dict[tuple[str, str], None] = {}
    for part in scene.architecture.components:
        network = _outermost(scene, scene.zones[part.zone].place)
        for place in part.places if scene.places[network].kind == "elsewhere" else ():
            if _outermost(scene, place) != network:
                pairs[_outermost(scene, place), network] = None
    yield from pairs


def _outermost(scene: Scene, place: str) -> str:
    while (around := scene.places[place].inside) is not None:
        place = around
    return place
