"""Two laws of how F grows with the number of texts, fitted to the points of many curves at once.

Log-linear, F = a + b ln n, is what NER scores look like in the middle of a curve. The inverse power law,
F = a - b n^-c with b >= 0 and a <= 1, levels off. Both are weighted least squares in which the points, from
the smallest to the largest, weigh 1/m, 2/m, ..., 1: Figueroa, Zeng-Treitler, Kandula and Ngo 2012,
"Predicting sample size required for classification performance" (BMC Medical Informatics and Decision
Making 12:8). For a given c the power law is linear, so c is looked for on a grid and nothing can fail to
converge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXPONENTS = np.geomspace(0.05, 2, 40)
"""The c that are tried: from hardly different from log-linear to level after a few doublings."""


@dataclass(frozen=True, slots=True)
class LogLinear:
    """F = a + b ln(n / unit), for each of some curves.

    Attributes:
        a: F at `unit` texts, for each curve.
        b: The gain in F when the texts grow e-fold.
        unit: The texts of the largest point.
    """

    a: Floats
    b: Floats
    unit: float

    name: ClassVar[str] = "log-linear"
    parameters: ClassVar[int] = 2

    @classmethod
    def fit(cls, docs: Floats, scores: Floats) -> LogLinear:
        """Fit `scores`, curves x points, at the sizes `docs`, smallest first and not all the same."""
        unit = float(docs[-1])
        a, slope = _line(np.log(docs / unit), scores)
        return cls(a, slope, unit)

    def at(self, docs: Floats) -> Floats:
        """Return F of each curve, 0 to 1, at each size: curves x sizes."""
        return np.clip(self.a[:, None] + self.b[:, None] * np.log(docs / self.unit), 0, 1)

    def texts_for(self, goal: Floats) -> Floats:
        """Return at how many texts each curve reaches its `goal`; infinity where it never does."""
        with np.errstate(all="ignore"):
            texts = self.unit * np.exp((goal - self.a) / self.b)
        return np.where((self.b > 0) & (goal <= 1), texts, np.inf)

    def formula(self) -> str:
        """Return the first curve as text."""
        b = float(self.b[0])
        start = float(self.a[0]) - b * np.log(self.unit)
        return f"F = {start:.3g} {'-' if b < 0 else '+'} {abs(b):.3g} ln(texts)"


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """F = a - b (n / unit)^-c, for each of some curves.

    Attributes:
        a: What F would level off at, at most 1. It is nothing to be shown: few points say little about it.
        b: How far below that F is at `unit` texts, at least 0.
        c: How fast F levels off, of `EXPONENTS`.
        unit: The texts of the largest point.
    """

    a: Floats
    b: Floats
    c: Floats
    unit: float

    name: ClassVar[str] = "power-law"
    parameters: ClassVar[int] = 3

    @classmethod
    def fit(cls, docs: Floats, scores: Floats) -> PowerLaw:
        """Fit `scores`, curves x points, at the sizes `docs`, smallest first and not all the same."""
        unit = float(docs[-1])
        best = cls(np.zeros(len(scores)), np.zeros(len(scores)), np.zeros(len(scores)), unit)
        smallest = np.full(len(scores), np.inf)
        for exponent in EXPONENTS:
            size = (docs / unit) ** -exponent
            a, slope = _line(size, scores)
            b = np.maximum(-slope, 0)
            a = np.where(b > 0, a, scores @ _shares(len(docs)))  # a falling curve is level at best
            steepest = np.maximum((1 - scores) @ (_shares(len(docs)) * size), 0)
            b = np.where(a > 1, steepest / (_shares(len(docs)) @ size**2), b)
            a = np.minimum(a, 1)
            error = squared_error(a[:, None] - b[:, None] * size, scores)
            better = error < smallest
            smallest = np.where(better, error, smallest)
            for kept, new in ((best.a, a), (best.b, b), (best.c, np.full(len(scores), exponent))):
                kept[better] = new[better]
        return best

    def at(self, docs: Floats) -> Floats:
        """Return F of each curve, 0 to 1, at each size: curves x sizes."""
        return np.clip(self.a[:, None] - self.b[:, None] * (docs / self.unit) ** -self.c[:, None], 0, 1)

    def texts_for(self, goal: Floats) -> Floats:
        """Return at how many texts each curve reaches its `goal`; infinity where it never does."""
        with np.errstate(all="ignore"):
            texts = self.unit * (self.b / (self.a - goal)) ** (1 / self.c)
        return np.where((self.b > 0) & (goal < self.a), texts, np.inf)

    def formula(self) -> str:
        """Return the first curve as text."""
        a, b, c = (float(numbers[0]) for numbers in (self.a, self.b, self.c))
        if b == 0:
            return f"F = {a:.3g}"
        return f"F = {a:.3g} - {b * self.unit**c:.3g} texts^-{c:.3g}"


Law = LogLinear | PowerLaw


def squared_error(fitted: Floats, scores: Floats, times: Floats | float = 1.0) -> Floats:
    """Return the weighted sum of squared differences of each curve, the weights being 1 on average.

    Args:
        fitted: Curves x points.
        scores: Curves x points.
        times: What each point's square is multiplied with besides.
    """
    points = scores.shape[1]
    total: Floats = (fitted - scores) ** 2 @ (_shares(points) * points * times)
    return total


def _shares(points: int) -> Floats:
    """Return the weight of each point; their sum is 1."""
    ranks = np.arange(1, points + 1, dtype=np.float64)
    shares: Floats = ranks / ranks.sum()
    return shares


def _line(x: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Return intercept and slope of the weighted least squares line through each curve."""
    shares = _shares(len(x))
    off = x - shares @ x
    slope = scores @ (shares * off) / (shares @ off**2)
    return scores @ shares - slope * (shares @ x), slope
