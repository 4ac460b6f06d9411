"""What more texts would bring: the learning curve drawn on, to at most twice today's texts, with its doubt.

Both laws of `flowchart.training.fits` are fitted to the points' mean F. The doubt comes from a bootstrap,
each draw of which

1. draws eval texts anew, the same for all points, as the points' own intervals do;
2. moves each point by a normal error, as large as that of its trainings may be;
3. fits both laws again, and takes one of them at random, with its Akaike weight as the chance (Burnham and
   Anderson 2002, "Model Selection and Multimodel Inference", chapter 4): the law that misses the points by
   more than trainings scatter is taken less often, and where both hold, their disagreement widens the
   interval.

The headline number is the median of the draws, so it lies between what the two laws say, and its interval
is from the 5th to the 95th percentile. An F that is going to be measured also gets the error of one training.

The size of that error is not known for sure either, so each draw takes its variance from what experience
(`flowchart.training.experience`), the repeats' scatter and the misfit of the better law leave possible: a
scaled inverse chi-squared distribution (Gelman et al. 2013, "Bayesian Data Analysis", section 3.3). Without
experience three points that lie on a line by chance would promise certainty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from flowchart.forecast_text import more_line
from flowchart.training.experience import WEIGHT, usual_sd
from flowchart.training.fits import Floats, Law, LogLinear, PowerLaw, squared_error
from flowchart.training.intervals import FEWEST_TEXTS, TYPICAL_SD, drawn_scores, texts_counted
from flowchart.training.summary import Trainings
from flowchart.training.verdict import rounded_up

CONFIDENCE = 0.9

FEWEST_SIZES = 3
"""Points of so many different sizes must be there."""

FARTHEST = 2.0
"""Nothing is said about more than so many times today's texts."""

GAIN = 0.02
"""The gain in F of which is said how many more texts it takes."""

DRAWS = 1000
"""How often the curve is drawn anew."""

PLACES = 33
"""The sizes at which a fit is drawn."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 90% interval: an F, or a number of texts, infinite where it is out of reach."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, draws: Floats) -> Estimate:
        """Return the median of some draws, and the range of all but 5% of them on either side."""
        tail = (1 - CONFIDENCE) / 2
        # Of two neighbours one is taken, never their mean: that of a number and infinity is no number.
        low, value, high = np.quantile(draws, [tail, 0.5, 1 - tail], method="inverted_cdf")
        return cls(float(value), float(low), float(high))


class Extrapolation:
    """A learning curve that is drawn on.

    Attributes:
        today: The texts of the largest point.
        fits: Both laws, fitted to the points as they were measured.
    """

    def __init__(
        self,
        docs: Sequence[int],
        scores: Sequence[Sequence[float]],
        draws: Floats,
        seed: int,
        usual: float = TYPICAL_SD,
    ) -> None:
        """Fit.

        Args:
            docs: The texts of each point, smallest first; `FEWEST_SIZES` different numbers at least.
            scores: F of each repeat of each point, 0 to 1.
            draws: The mean F of each point on other eval texts, all defined: draws x points.
            seed: The seed of the random numbers.
            usual: What experience says that F scatters by from training to training, 0 to 1.
        """
        generator = np.random.default_rng((seed, 2))
        sizes = np.array(docs, dtype=np.float64)
        repeats = np.array([len(of_point) for of_point in scores], dtype=np.float64)
        means = np.array([[float(np.mean(of_point)) for of_point in scores]])
        self.today = int(docs[-1])
        self.fits = _fit(sizes, means)
        squares, freedom = _scatter(self.fits, sizes, scores)
        variance = (WEIGHT * usual**2 + squares) / generator.chisquare(WEIGHT + freedom, len(draws))
        errors = np.sqrt(variance)[:, None] * generator.standard_normal((len(draws), len(docs) + 1))
        moved = draws + errors[:, 1:] / np.sqrt(repeats)
        self._error = errors[:, 0]
        self._laws = _fit(sizes, moved)
        log_linear, power_law = (
            squared_error(law.at(sizes), moved, repeats) / variance + 2 * law.parameters for law in self._laws
        )
        chance = 1 / (1 + np.exp(np.clip((power_law - log_linear) / 2, -50, 50)))
        self._levels_off = generator.random(len(draws)) < chance

    def score(self, docs: float) -> Estimate:
        """Return the F that a training on so many texts would have, at most `FARTHEST` times today's."""
        return Estimate.of(np.clip(self._at(docs) + self._error, 0, 1))

    def line(self, law: int, docs: Floats) -> list[list[float]]:
        """Return texts, F, and the interval's two ends for one of the `fits`, at each size."""
        measured = self.fits[law].at(docs)[0]
        drawn = np.clip(self._laws[law].at(docs) + self._error[:, None], 0, 1)
        bands = [Estimate.of(column) for column in drawn.T]
        return [
            [int(size), float(f), min(band.low, float(f)), max(band.high, float(f))]
            for size, f, band in zip(docs, measured, bands, strict=True)
        ]

    def forecast_line(self, docs: Floats) -> list[list[float]]:
        """Return texts, F, and the interval's two ends of the forecast itself, at each size."""
        estimates = [self.score(size) for size in docs]
        return [
            [int(size), estimate.value, estimate.low, estimate.high]
            for size, estimate in zip(docs, estimates, strict=True)
        ]

    def texts_until(self, f: float) -> Estimate:
        """Return how many more texts the curve needs to reach an F; 0 where it is there already."""
        return self._more(np.full(len(self._error), f))

    def texts_for_gain(self, gain: float) -> Estimate:
        """Return how many more texts the curve needs to rise by so much from where it is today."""
        return self._more(self._at(self.today) + gain)

    def _at(self, docs: float) -> Floats:
        log_linear, power_law = (law.at(np.array([docs]))[:, 0] for law in self._laws)
        return np.where(self._levels_off, power_law, log_linear)

    def _more(self, goals: Floats) -> Estimate:
        log_linear, power_law = (law.texts_for(goals) for law in self._laws)
        texts = np.where(self._levels_off, power_law, log_linear)
        more = np.where(self._at(self.today) >= goals, 0, np.maximum(texts - self.today, 0))
        return Estimate.of(np.where(more > (FARTHEST - 1) * self.today, np.inf, more))


def extrapolate(
    points: Sequence[Mapping[str, Any]], curve: Sequence[Trainings], seed: int
) -> Extrapolation | str:
    """Draw a learning curve on, or return in a sentence why that cannot be done.

    Args:
        points: The points of the curve, each with `docs`, in any order.
        curve: The trainings of each point, in the same order.
        seed: The seed of the bootstrap.
    """
    pairs = sorted(
        zip((int(point["docs"]) for point in points), curve, strict=True), key=lambda pair: pair[0]
    )
    docs, trainings = [size for size, _ in pairs], [its for _, its in pairs]
    if (sizes := len(set(docs))) < FEWEST_SIZES:
        return f"A forecast needs {FEWEST_SIZES} points of different size; here are {sizes}."
    scores = [[float(record["ents_f"]) for record, _ in its] for its in trainings]
    repeats = [[counts for _, counts in its] for its in trainings]
    counted = texts_counted(*(counts for of_point in repeats for counts in of_point))
    if counted < FEWEST_TEXTS:
        return f"Only {counted} eval texts have a span: {FEWEST_TEXTS} at least make a forecast."
    if not any(f for of_point in scores for f in of_point):
        return "No model finds a single span yet, so there is no curve to draw on."
    draws = drawn_scores(repeats, seed, DRAWS)
    spans = [float(record["spans"]) for record, _ in trainings[-1]]
    usual = usual_sd(sum(spans) / len(spans))
    return Extrapolation(docs, scores, draws[np.isfinite(draws).all(axis=1)], seed, usual)


def forecast(
    points: Sequence[Mapping[str, Any]],
    curve: Sequence[Trainings],
    target: float | None = None,
    gain: float = GAIN,
    seed: int = 0,
) -> dict[str, Any]:
    """Return what more texts would bring, as plain data.

    Args:
        points: The points of the curve, each with `docs`, in any order.
        curve: The trainings of each point, in the same order.
        target: The F that is wanted, 0 to 1.
        gain: The gain in F of which is said how many more texts it takes.
        seed: The seed of the bootstrap.

    Returns:
        `models` with a `line` each of texts, F, and the 90% interval's ends, and the same of the forecast
        itself, which weighs them, from today's texts on: `line`; `at_double`, `target` and
        `per_gain` (numbers of texts with two digits and zeros; None is out of reach), and `reason`, which
        says it in a sentence. Without a forecast `models` is empty and `reason` says why.
    """
    found = extrapolate(points, curve, seed)
    if isinstance(found, str):
        return {"models": [], "reason": found}
    smallest = min(int(point["docs"]) for point in points)
    farthest = round(FARTHEST * found.today)
    places = np.unique(np.linspace(smallest, farthest, PLACES).round())
    double = found.score(farthest)
    wanted = None
    per_gain = {"gain": gain, **_reach(found.texts_for_gain(gain))}
    share = f"{CONFIDENCE:.0%}"
    said = [more_line(per_gain, f"{100 * gain:+.1f} points of F", share)]
    if target is not None:
        wanted = {"ents_f": target, **_reach(found.texts_until(target))}
        said.insert(0, more_line(wanted, f"F {100 * target:.1f}", share))
    return {
        "models": [
            {"name": law.name, "text": law.formula(), "line": found.line(number, places)}
            for number, law in enumerate(found.fits)
        ],
        "line": found.forecast_line(places[places >= found.today]),
        "at_double": {"docs": farthest, "ents_f": double.value, "low": double.low, "high": double.high},
        "confidence": CONFIDENCE,
        "target": wanted,
        "per_gain": per_gain,
        "reason": "; ".join(said) + ".",
    }


def _fit(sizes: Floats, scores: Floats) -> tuple[Law, Law]:
    return LogLinear.fit(sizes, scores), PowerLaw.fit(sizes, scores)


def _scatter(fits: Sequence[Law], sizes: Floats, scores: Sequence[Sequence[float]]) -> tuple[float, int]:
    """Return what trainings of the same size differ by: a sum of squares, and its degrees of freedom.

    It adds up how repeats differ from their point's mean, and how the means differ from the law that misses
    them least for the parameters it has.
    """
    means = np.array([[float(np.mean(of_point)) for of_point in scores]])
    repeats = np.array([len(of_point) for of_point in scores], dtype=np.float64)
    misfits = [
        (float(squared_error(law.at(sizes), means, repeats)[0]), len(sizes) - law.parameters)
        for law in fits
        if len(sizes) > law.parameters
    ]
    squares, freedom = min(misfits, key=lambda misfit: misfit[0] / misfit[1])
    within = sum(float(np.var(of_point)) * len(of_point) for of_point in scores)
    return squares + within, freedom + sum(len(of_point) - 1 for of_point in scores)


def _reach(more: Estimate) -> dict[str, Any]:
    value, low, high = (
        rounded_up(number) if np.isfinite(number) else None for number in (more.value, more.low, more.high)
    )
    return {"more_docs": value, "low": low, "high": high, "reachable": value is not None}
