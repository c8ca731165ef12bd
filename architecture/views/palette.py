"""The colours of every diagram: tints with a strong edge of the same hue, after Okabe and Ito (2008).

Their eight hues stay apart for people with any of the common forms of colour blindness. Text is near-black on a light
tint, so it can be read (contrast of 7 to 1 and more) on GitHub's dark page as well as on paper. What a colour means is
also written in the box or shown by the line: nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

INK = "#1a1a1a"
LINE = "#767676"  # 4.5 to 1 on white, 4.6 to 1 on black


@dataclass(frozen=True, slots=True)
class Paint:
    """What a box is filled with and what its edge and its arrows are drawn in."""

    fill: str
    edge: str


PAINTS: Mapping[str, Paint] = {
    "plain": Paint("#f4f4f4", "#6b6b6b"),
    "frame": Paint("#fbfbfb", "#9a9a9a"),
    "onpremises": Paint("#e9f3ec", "#009e73"),
    "cloud": Paint("#e6f1fa", "#0072b2"),
    "outside": Paint("#f4f4f4", "#6b6b6b"),
    "person": Paint("#fdf6d8", "#8a7400"),
    "platform": Paint("#d9ebf7", "#0072b2"),
    "existing": Paint("#eeeeee", "#5a5a5a"),
    "guard": Paint("#f6e3ee", "#a8457c"),
    "watch": Paint("#fdebc8", "#b57900"),
    "clear": Paint("#f9d9c5", "#b84a00"),
    "pseudonymised": Paint("#fdebc8", "#b57900"),
    "confidential": Paint("#f3d7e6", "#a8457c"),
    "internal": Paint("#d9ebf7", "#0072b2"),
    "public": Paint("#ffffff", "#6b6b6b"),
    "encrypted": Paint("#d5efe6", "#007a59"),
}
