"""The best of several, chosen and tested on the same texts: an interval that the choice does not flatter."""

from __future__ import annotations

from statistics import NormalDist

CONFIDENCE = 0.95
"""The confidence of the intervals that come in."""


def widened(
    value: float, low: float, high: float, tried: int, *, least: float = -1.0, most: float = 1.0
) -> tuple[float, float]:
    """Return the ends of an interval of the best of several that holds whichever of them was chosen.

    Whoever takes the best of k by its score on some texts, and tests it on the same texts, finds by chance
    alone what is better than it is: of five trainings without any difference one looks better for certain in
    about one case of ten. Intervals at a confidence of 1 - (1 - c) / k each hold all at once with confidence
    c, however the k depend on each other, and so does that of the chosen one: Bonferroni's inequality, after
    Dunn 1961, "Multiple Comparisons among Means" (JASA 56). The interval that comes in has confidence c; it
    is stretched on both sides by the ratio of the normal distribution's quantiles, so that whatever it is
    made of (texts, repeats, seeds) is stretched with it. One that was tried alone stays as it is.

    Args:
        value: What was measured of the best.
        low: The lower end of its own 95% interval.
        high: The upper end.
        tried: How many it is the best of.
        least: The lowest end that makes sense.
        most: The highest.
    """
    if tried < 2:
        return low, high
    tail = (1 - CONFIDENCE) / 2
    stretch = NormalDist().inv_cdf(1 - tail / tried) / NormalDist().inv_cdf(1 - tail)
    return max(value - stretch * (value - low), least), min(value + stretch * (high - value), most)
