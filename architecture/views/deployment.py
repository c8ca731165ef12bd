"""Where each instance stands: all places with the lines between them, and each large place by itself.

A box is what one network zone has in one place. A place that holds smaller ones (a data centre its rooms, a region its
zones) is one box in the first picture and has a picture of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from architecture import parts
from architecture.views.diagram import Arrow, Box, Chart, Frame, Picture
from architecture.views.scene import HALVES, Scene

_LISTED = 9


def draw(scene: Scene) -> tuple[Picture, ...]:
    """The picture of all places, then one for each place that holds smaller ones."""
    frames = [(place, frame) for place in _children(scene, None) if (frame := _frame(scene, place)) is not None]
    large = [(place, frame) for place, frame in frames if _children(scene, place.id)]
    inside = tuple(_summary(scene, place) if _children(scene, place.id) else frame for place, frame in frames)
    around = _chart(scene, (*inside, *_networks(scene)), tuple(_lines(scene)))
    lead = scene.word("deployment-lead")
    return (
        Picture("deployment", scene.word("deployment"), lead, around),
        *(
            Picture(
                f"deployment-{place.id}",
                scene.word("deployment-in", name=scene.name(place.id)),
                scene.word("deployment-in-lead"),
                _chart(scene, (frame,), ()),
            )
            for place, frame in large
        ),
    )


def _chart(scene: Scene, inside: tuple[Box | Frame, ...], arrows: tuple[Arrow, ...]) -> Chart:
    used = {box.paint for box in Chart(inside, ()).boxes()}
    found = tuple((paint, scene.word(title)) for paint, title in HALVES.items() if paint in used)
    legend = found if len(found) > 1 else ()
    return Chart(inside, arrows, down=True, legend_title=scene.word("legend"), legend=legend)


def _summary(scene: Scene, place: parts.Place) -> Box:
    """A large place as one box: the places in it, and the zones that have something there."""
    within = {below.id for below in scene.architecture.places if _outermost(scene, below.id) == place.id}
    zones = [
        zone.id
        for zone in scene.architecture.zones
        if any(part.zone == zone.id and within & set(part.places) for part in scene.architecture.components)
    ]
    paint = scene.half_of_zone(zones[0]) if zones else "outside"
    inner = ", ".join(scene.name(below.id) for below in _children(scene, place.id))
    return Box(place.id, (_titled(scene, place), inner, *map(scene.name, zones)), "box", paint)


def _titled(scene: Scene, place: parts.Place) -> str:
    return scene.name(place.id) + (f" ({place.country})" if place.country and not place.inside else "")


def _children(scene: Scene, place: str | None) -> list[parts.Place]:
    return [below for below in scene.architecture.places if below.inside == place]


def _frame(scene: Scene, place: parts.Place) -> Frame | None:
    below: list[Frame] = [frame for child in _children(scene, place.id) if (frame := _frame(scene, child)) is not None]
    inside: tuple[Box | Frame, ...] = (*below, *_boxes(scene, place.id))
    return Frame(place.id, _titled(scene, place), inside) if inside else None


def _boxes(scene: Scene, place: str) -> Iterator[Box]:
    for zone in scene.architecture.zones:
        here = [found for part in scene.architecture.components if (found := _standing(scene, part, zone, place))]
        if here:
            shown = (*here[:_LISTED], *([scene.word("more", n=len(here) - _LISTED)] if len(here) > _LISTED else []))
            yield Box(
                f"{place}/{zone.id}", (scene.pair(scene.name(zone.id)), *shown), "box", scene.half_of_zone(zone.id)
            )


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
    protected = scene.word("not-encrypted") if link.encryption == "none" else link.encryption
    return scene.pair(scene.short(link.id), f"{scene.number(link.bandwidth_mbps)} Mbit/s, {protected}")


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
