"""What a score's interval rests on, and what it leaves out, in words: for screen, command line and report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.records import number_of, rows_of

MEASURE_WITH = 3
"""The repeats that begin to measure what another seed changes."""

LEAST_FLATTERY = 0.0005
"""Less than this, a twentieth of a point of F, is shown as 0.0 and not told."""


def by_experience(seed_sd: float | None, repeats: int) -> str:
    """Return where the seed's part of an interval is from, to stand before a full stop; "" with repeats.

    Args:
        seed_sd: What a training's F scatters by, by experience; None in a result that says nothing of it.
        repeats: How often each was trained.
    """
    if repeats > 1:
        return ""
    if seed_sd is None:
        return ". With one repeat each the seed's part is unknown"
    return (
        ". How much another seed would change is taken from experience (standard deviation "
        f"{100 * seed_sd:.1f} points): --repeats {MEASURE_WITH} measures it"
    )


def flattery_of(point: Mapping[str, Any]) -> float:
    """Return by how much F of a point is too high for its choice; 0.0 where it is not worth a word."""
    found = number_of(point.get("ents_f_flattery")) or 0.0
    return found if found >= LEAST_FLATTERY else 0.0


def flattery_line(curve: Mapping[str, Any]) -> str:
    """Return by how much the choice of the best evaluation flatters a curve's F; "" where it does not."""
    points = [(point, flattery_of(point)) for point in rows_of(curve.get("points"))]
    told = [
        f"{100 * flattered:.1f} at {100 * (number_of(point.get('fraction')) or 0):.0f}%"
        for point, flattered in points
        if flattered
    ]
    if not told:
        return ""
    return (
        "Each model was kept as the best of several evaluations on these texts, so F is too high, by about "
        f"{', '.join(told)} (points of F)."
    )
