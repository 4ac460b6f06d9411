"""Two learning curves side by side: what may be compared, and how far apart they are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowchart.dataset.eval_facts import eval_hash, same_eval
from flowchart.plotting.series import Mark
from flowchart.records import number_of

OTHER_EVAL = "scores from different eval sets: not compared"

UNPAIRED = (
    "Each interval is made of those of its two scores, as if they were of different texts; paired on the "
    "same texts it would be narrower."
)
"""What stands below differences that have an interval."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One share of the texts in two curves.

    Attributes:
        fraction: The share, 0 to 1.
        docs: The number of texts in the curve, and in the other one.
        scores: F in the curve, and in the other one, 0 to 1.
        change: The first F minus the second.
        low: The lower end of its 95% interval; None where one of the two has no interval.
        high: The upper end.
    """

    fraction: float
    docs: tuple[float, float]
    scores: tuple[float, float]
    change: float
    low: float | None
    high: float | None


def obstacle(curve: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return why the scores of two curves must not be compared, or ""."""
    if not eval_hash(curve):
        return "compared when the run has ended"
    if not eval_hash(other):
        return "the other run names no eval set: not compared"
    return "" if same_eval(curve, other) else OTHER_EVAL


def remarks(curve: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return what else is not the same, where the scores may be compared."""
    found = []
    if curve.get("content_hash") != other.get("content_hash"):
        found.append("The two were trained on different data.")
    for key, name in (("seed", "seeds"), ("lang", "languages"), ("base_model", "base models")):
        if curve.get(key) != other.get(key):
            found.append(f"Their {name} differ.")
    if curve.get("config") != other.get("config") or curve.get("overrides") != other.get("overrides"):
        found.append("Their configs differ.")
    return found


def differences(curve: Mapping[str, Any], other: Mapping[str, Any]) -> list[Difference]:
    """Return how far two curves are apart at the shares of the texts that both have, smallest first.

    The interval of a difference is made from those of its two scores, taken as independent, by the method of
    variance estimates recovery: Zou and Donner 2008, "Construction of confidence limits about effect
    measures: a general approach" (Statistics in Medicine 27). Scores on the same eval texts rise and fall
    together, so it is wider than a paired one.
    """
    theirs = dict(_points(other))
    found = []
    for fraction, first in _points(curve):
        second = theirs.get(fraction)
        if second is not None:
            low, high = _interval(first, second)
            docs, scores = (first.docs, second.docs), (first.score, second.score)
            found.append(Difference(fraction, docs, scores, first.score - second.score, low, high))
    return sorted(found, key=lambda difference: difference.fraction)


def _interval(first: Mark, second: Mark) -> tuple[float | None, float | None]:
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return None, None
    change = first.score - second.score
    down = math.hypot(first.score - first.low, second.high - second.score)
    up = math.hypot(first.high - first.score, second.score - second.low)
    return change - down, change + up


def _points(curve: Mapping[str, Any]) -> Iterator[tuple[float, Mark]]:
    points = curve.get("points")
    for point in points if isinstance(points, Sequence) and not isinstance(points, str) else ():
        if isinstance(point, Mapping):
            values = [number_of(point.get(key)) for key in ("docs", "ents_f", "ents_f_low", "ents_f_high")]
            fraction, (docs, score, low, high) = number_of(point.get("fraction")), values
            if fraction is not None and docs is not None and score is not None:
                yield round(fraction, 4), Mark(docs, score, low, high)
