"""How sure a share is. Light: the screen's process uses it too."""

from __future__ import annotations

import math

Z = 1.959964
"""The quantile of the normal distribution for 95%."""


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95% interval of a share; 0 to 1 without trials.

    Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference" (JASA 22).
    """
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    scale = 1 + Z * Z / trials
    middle = (share + Z * Z / (2 * trials)) / scale
    half = Z * math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials)) / scale
    # At none and at all the formula's ends are 0 and 1, which rounding would miss by 1e-18.
    low = middle - half if successes else 0.0
    high = middle + half if successes < trials else 1.0
    return low, high
