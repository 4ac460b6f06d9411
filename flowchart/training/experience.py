"""How much another training would change F, from experience until repeats measure it.

The same texts with another seed, or as many other texts, make another model, whose F on endlessly many
evaluation texts is another. One training does not show by how much, and a single pair of them can be two
points of F apart for nothing: Reimers and Gurevych 2017, "Reporting Score Distributions Makes a Difference"
(EMNLP), where the seed alone moved published NER systems by one. So its standard deviation has a prior
distribution: the variance is scaled inverse chi-squared with `WEIGHT` degrees of freedom around the square of
`usual_sd`, as if so many trainings had been seen already. Repeats count beside them, so few leave it as it is
and many replace it (Gelman et al. 2013, "Bayesian Data Analysis", sections 2.6 and 3.3).

`usual_sd` falls with the fourth root of the spans trained on. The law was chosen on trainings on pieces of
two sets and looked at on three others (`tests/benchmarks/scatter.py`): beyond what their evaluation texts
explain they scattered by 0 to 1.7 points, 1.2 on the whole. Its height, 1.5 at 1,000 spans, is above that on
purpose: with it a scatter of 2 points is held as well in simulation (`tests/benchmarks/certainty.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEIGHT = 3
"""How many trainings the experience counts for."""

SD_AT_1000 = 0.015
"""What trainings on 1,000 spans scatter by, in F: 1.5 points."""

TYPICAL_SPANS = 1000
"""The spans of a training of which nobody says on how many it was trained."""

LEAST_SD, MOST_SD = 0.005, 0.04
"""The law holds between these: half a point, and 4 points."""

_GRID = 600
"""Values of the standard deviation that are weighed."""

Floats = NDArray[np.float64]


def usual_sd(spans: float) -> float:
    """Return the standard deviation of F, 0 to 1, between trainings on so many annotated spans."""
    return min(max(SD_AT_1000 * math.sqrt(math.sqrt(1000 / max(spans, 1))), LEAST_SD), MOST_SD)


def stretch(repeats: int) -> float:
    """Return how many standard errors wide 95% are on either side, for the mean of so many repeats.

    The quantile of Student's t for their degrees of freedom and those of experience, by its expansion around
    the normal one: Abramowitz and Stegun 1964, "Handbook of Mathematical Functions", 26.7.5.
    """
    freedom = WEIGHT + repeats - 1
    return 1.96 + 2.372 / freedom + 2.823 / freedom**2 + 2.556 / freedom**3


@dataclass(frozen=True, slots=True)
class Seeds:
    """What other trainings would change of a number that some repeats have.

    Attributes:
        repeats: The number of repeats.
        usual: The standard deviation that experience says.
        between: The variance between the repeats.
        chance: The part of it that is expected by chance about single texts.
    """

    repeats: int
    usual: float
    between: float
    chance: float

    @classmethod
    def of(cls, measured: Floats, drawn: Floats, usual: float) -> Seeds:
        """Take the number of each repeat, and the same on draws of texts, draws x repeats.

        Repeats differ for their seeds, and by chance on these texts. Other texts add as much of the second
        again, so what they add to the variance between repeats tells it.
        """
        defined = drawn[np.isfinite(drawn).all(axis=1)]
        if len(measured) == 1 or not len(defined):
            return cls(1, usual, 0.0, 0.0)
        between = float(measured.var(ddof=1))
        chance = max(float(defined.var(axis=1, ddof=1).mean()) - between, 0.0)
        return cls(len(measured), usual, between, chance)

    @property
    def likely(self) -> float:
        """The standard deviation of one repeat, of experience and of what repeats differ by beyond chance."""
        freedom = self.repeats - 1
        measured = freedom * max(self.between - self.chance, 0.0)
        return math.sqrt((WEIGHT * self.usual**2 + measured) / (WEIGHT + freedom))

    def errors(self, seed: int, draws: int) -> Floats:
        """Return what the mean of the repeats may differ by from that of endlessly many."""
        # A stream of its own: the texts drawn are the same however many repeats there are.
        generator = np.random.default_rng((seed, 1))
        sds = self._possible(generator, draws)
        errors: Floats = sds * generator.standard_normal(draws) / np.sqrt(self.repeats)
        return errors

    def _possible(self, generator: np.random.Generator, draws: int) -> Floats:
        """Return standard deviations of one repeat, each as often as experience and the repeats say."""
        middle = max(self.usual**2, self.between)
        variance = np.geomspace(1e-3 * self.usual**2, 1e3 * middle, _GRID)
        # On a logarithmic grid a density is multiplied by its place.
        log_weight = -0.5 * WEIGHT * (np.log(variance) + self.usual**2 / variance)
        if self.repeats > 1:
            expected = variance + self.chance
            log_weight -= 0.5 * (self.repeats - 1) * (np.log(expected) + self.between / expected)
        weight = np.exp(log_weight - log_weight.max())
        # In order, and each as often as its weight says: their shares are not left to luck.
        places = np.searchsorted(np.cumsum(weight) / weight.sum(), (np.arange(draws) + 0.5) / draws)
        found: Floats = np.sqrt(variance[np.minimum(places, _GRID - 1)])
        return generator.permutation(found)
