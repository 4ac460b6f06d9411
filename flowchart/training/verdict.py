"""The chart's question about a learning curve: does the accuracy in its last part go up?"""

from __future__ import annotations

import math
from typing import Any

from flowchart.training.intervals import CONFIDENCE, FEWEST_TEXTS, Interval, paired, texts_counted
from flowchart.training.scores import Counts

SMALLEST_GAIN = 0.005
"""The gain in F below which more annotations are not worth their while: half a point."""

MOST_TEXTS = 50_000
"""More evaluation texts than this are no advice."""

YES, NO, CANNOT_TELL = "YES", "NO", "CAN'T TELL"


def judge(
    before: tuple[float, float, Counts] | None,
    after: tuple[float, float, Counts] | None,
    seed: int,
    last: float,
) -> dict[str, Any]:
    """Return the verdict on the last step of a learning curve, with its numbers.

    YES when the whole interval of the difference lies above 0, NO when it lies below `SMALLEST_GAIN`, so that
    at best a gain too small to matter is left, and CAN'T TELL in between.

    Args:
        before: Fraction, F and counts of the last point but one; None when there is none.
        after: The same of the last point, which is that of all texts.
        seed: The seed of the bootstrap.
        last: The share of the texts that the last step is meant to add.
    """
    verdict: dict[str, Any] = {
        "question": f"Does the accuracy in the last {last:.0%} go up?",
        "answer": CANNOT_TELL,
        "difference": None,
        "low": None,
        "high": None,
        "confidence": CONFIDENCE,
        "reason": "",
        "from_fraction": before[0] if before else None,
        "to_fraction": after[0] if after else None,
        "smallest_gain": SMALLEST_GAIN,
    }
    if before is None or after is None:
        verdict["reason"] = (
            "The last two points of the curve are not both there; resume the run to train them."
        )
        return verdict
    difference = after[1] - before[1]
    interval = paired(before[2], after[2], seed)
    verdict.update(difference=difference, low=interval.low, high=interval.high)
    counted = texts_counted(before[2], after[2])
    if counted < FEWEST_TEXTS:
        verdict["reason"] = (
            f"Only {counted} of {after[2].docs} eval texts have a span, too few to judge by; "
            f"evaluate on {FEWEST_TEXTS} at the very least, better on hundreds."
        )
    elif before[1] == 0 and after[1] == 0:
        verdict["reason"] = "Neither model finds a single span yet; annotate more before asking again."
    else:
        verdict["answer"], verdict["reason"] = _decide(difference, interval, after[2].docs)
    return verdict


def _decide(difference: float, interval: Interval, docs: int) -> tuple[str, str]:
    span = f"{_points(interval.low)} to {_points(interval.high)} points of F"
    if interval.low > 0:
        return YES, (
            f"F rises by {_points(difference)} points, and all of its 95% interval, {span}, lies above zero."
        )
    if interval.high < SMALLEST_GAIN:
        return NO, (
            f"F changes by {_points(difference)} points, and all of its 95% interval, {span}, lies below "
            f"{100 * SMALLEST_GAIN:g}, the smallest gain that matters."
        )
    return CANNOT_TELL, (
        f"F changes by {_points(difference)} points, but its 95% interval, {span}, holds both no gain and a "
        f"gain of {100 * SMALLEST_GAIN:g} or more; {_advice(difference, interval.half_width, docs)}."
    )


def _advice(difference: float, half_width: float, docs: int) -> str:
    """Say how many eval texts would settle it, if the difference stays: half-widths shrink with 1/sqrt(n)."""
    # YES needs a half-width below the difference, NO one below what is missing to the smallest gain.
    room = max(difference, SMALLEST_GAIN - difference)
    needed = docs * max((half_width / room) ** 2, 1.25)
    if needed > MOST_TEXTS:
        return f"it is too small to be settled with fewer than {MOST_TEXTS:,} eval texts"
    digits = max(len(str(int(needed))) - 2, 0)
    rounded = math.ceil(needed / 10**digits) * 10**digits
    return f"about {rounded:,} eval texts instead of {docs:,} would settle it"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}"
