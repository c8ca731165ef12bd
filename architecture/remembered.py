"""A pure function of something large to one that computes each answer once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

First = TypeVar("First")
Rest = ParamSpec("Rest")
Answer = TypeVar("Answer")
MOST = 64


def remembered(
    function: Callable[Concatenate[First, Rest], Answer],
) -> Callable[Concatenate[First, Rest], Answer]:
    """Keep the last 64 answers, by the identity of the first argument: comparing models takes longer than computing.

    The first argument must never change, and the others be hashable; the answer is shared, so nobody may change it.
    """
    known: OrderedDict[Any, tuple[First, Answer]] = OrderedDict()

    @wraps(function)
    def once(first: First, *rest: Rest.args, **named: Rest.kwargs) -> Answer:
        key = (id(first), rest, tuple(named.items()))
        if key not in known:
            known[key] = (first, function(first, *rest, **named))  # holding `first` keeps its id from being used again
            if len(known) > MOST:
                known.popitem(last=False)
        known.move_to_end(key)
        return known[key][1]

    return cast(Callable[Concatenate[First, Rest], Answer], once)
