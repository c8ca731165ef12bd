"""Graphs to ways: the shortest way to a node, what can be brought back from nothing, a circle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from architecture.needs import Graph


def shortest(nodes: Graph, start: str, goal: str) -> tuple[str, ...]:
    """A shortest way of needs; empty where `start` does not need `goal`."""
    return between(start, {goal}, lambda name: (*nodes[name].every, *nodes[name].some))


def between(start: str, goals: Iterable[str], following: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """A shortest way from `start` to any of `goals`; empty where there is none."""
    wanted, came = set(goals), _reached(start, following)
    goal = next((name for name in came if name in wanted), None)
    if goal is None:
        return ()
    way = [goal]
    while way[-1] != start:
        way.append(came[way[-1]])
    return tuple(reversed(way))


def risen(nodes: Graph) -> frozenset[str]:
    """Every node that can be brought back when nothing works: least fixed point, the opposite of `needs.down`."""
    up: set[str] = set()
    while True:
        more = {
            node.id
            for node in nodes.values()
            if node.id not in up
            and all(name in up for name in node.every)
            and sum(name in up for name in node.some) >= node.needed
        }
        if not more:
            return frozenset(up)
        up |= more


def circle(nodes: Graph, among: Iterable[str]) -> tuple[str, ...]:
    """One circle of needs within `among`, its first node repeated at the end; empty where there is none.

    Each of `among` must need another of them, as is true of all that has not risen.
    """
    stuck = sorted(among)
    if not stuck:
        return ()
    way = [stuck[0]]
    while True:
        node = nodes[way[-1]]
        step = next((name for name in (*node.every, *node.some) if name in set(stuck)), None)
        if step is None:
            return ()
        if step in way:
            return (*way[way.index(step) :], step)
        way.append(step)


def _reached(start: str, following: Callable[[str], Iterable[str]]) -> dict[str, str]:
    """Every node reached, nearest first, with the one before it."""
    came = {start: start}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for name in following(here):
            if name not in came:
                came[name] = here
                queue.append(name)
    return came
