"""How sure a score is: bootstrap over the texts of the eval set, and over the repeats of a training.

Texts are drawn with replacement, as many as there are, and F is computed anew from the sums of their
counts. Texts, not spans, are drawn, because the spans of one text are not independent. The paired form
draws the same texts for two models and looks at the difference of their F. After Koehn 2004, "Statistical
Significance Tests for Machine Translation Evaluation" (EMNLP), and Berg-Kirkpatrick, Burkett and Klein
2012, "An Empirical Investigation of Statistical Significance in NLP" (EMNLP); the interval is the
percentile interval of Efron and Tibshirani 1993.

Drawing the texts anew knows only what they hold. Where all is right, or nothing, or two models differ in no
text, every draw says the same. So two texts are made up, one for each extreme, as large as the others are on
average: one that is all right and one that is all wrong; for two models one that is right by the first and
wrong by the second, and the other way round. In a draw each has an exponential weight of mean 1, as in the
Bayesian bootstrap of Rubin 1981 (Annals of Statistics 9). Where nothing else varies an F of 1 or 0 is open
up to 3.7 (ln 40) of n texts, which is the exact binomial end, and a difference of 0 up to 3 (ln 20) on either
side: the rule of three of Hanley and Lippman-Hand 1983, "If Nothing Goes Wrong, Is Everything All Right?"
(JAMA 249). Among many differences the two hardly count. After Agresti and Caffo 2000, "Simple and Effective
Confidence Intervals for Proportions and Differences of Proportions Result from Adding Two Successes and Two
Failures" (The American Statistician 54), and for pairs Agresti and Min 2005, "Simple improved confidence
intervals for comparing matched proportions" (Statistics in Medicine 24).

A training is one of many that might have been, and so is each repeat (another seed, another order): a score
is a mean over repeats, and each draw of texts is moved by a normal error, as large as the doubt about another
training may be: what experience says (`flowchart.training.experience`), with one repeat that alone, and the
repeats' own scatter, which counts for more the more of them there are. So the error of a difference of two
single trainings follows Student's t around the texts' own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowchart.training.experience import MOST_SD, TYPICAL_SPANS, Seeds, usual_sd
from flowchart.training.scores import Counts

RESAMPLES = 2000
"""How often the texts are drawn."""

CONFIDENCE = 0.95

FEWEST_TEXTS = 10
"""Below so many texts with anything to count, drawing them anew tells nothing about other texts."""

TYPICAL_SD = usual_sd(TYPICAL_SPANS)
"""What trainings scatter by in F where nobody says on how many spans they were trained."""

_CHUNK = 2_000_000
"""Numbers drawn at a time, to bound the memory for large eval sets."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of F, or of a difference of two, 0 to 1 or -1 to 1."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the distance from `low` to `high`."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one point of a curve is than another, and where the doubt comes from.

    Attributes:
        mean: The mean over the repeats of the difference of F, -1 to 1.
        interval: Its interval over texts and trainings.
        text_variance: What a finite set of texts leaves open: it shrinks with 1 / texts.
        either_variance: The part of it that shrinks with 1 / repeats as well, because repeats disagree by
            chance about single texts. 0 with one repeat, which does not show it.
        seed_variance: What other trainings would change: it shrinks with 1 / repeats.
        seed_sd: What one training's F differs by from another's, 0 to 1: by experience with one repeat, by
            experience and the repeats' scatter with several.
    """

    mean: float
    interval: Interval
    text_variance: float
    either_variance: float
    seed_variance: float
    seed_sd: float


def intervals(counts: Counts, seed: int) -> tuple[Interval, dict[str, Interval]]:
    """Return the interval of F of all labels together, and of each label that enough texts have.

    It is that of what is there once and for all: rules, annotators, a pipeline that is used as it is. For a
    training see `repeated_intervals`. With fewer than `FEWEST_TEXTS` texts that have anything to count
    (`texts_counted`) the first one says nothing, and is not to be told.

    Args:
        counts: What was right and wrong.
        seed: The seed of the draws.
    """
    return _intervals([counts], seed, None)


def repeated_intervals(
    repeats: Sequence[Counts], seed: int, usual: float = TYPICAL_SD
) -> tuple[Interval, dict[str, Interval]]:
    """Return the interval of the mean F of some trainings, and that of each label that enough texts have.

    The first one is for `FEWEST_TEXTS` texts and more, as in `intervals`. A label has a part of the spans
    only, and trainings scatter the more about it.

    Args:
        repeats: What each repeat of a training got right and wrong on the same eval set; one at least.
        seed: The seed of the draws.
        usual: What experience says that F scatters by from training to training, 0 to 1.

    Raises:
        ValueError: They are not of the same eval set.
    """
    return _intervals(repeats, seed, usual)


def _intervals(
    repeats: Sequence[Counts], seed: int, usual: float | None
) -> tuple[Interval, dict[str, Interval]]:
    eval_set = _EvalSet(repeats)
    labels = list(dict.fromkeys(label for counts in repeats for label in counts.labels))
    tallies = {label: eval_set.tally(repeats, label) for label in labels}
    enough = {label: tally for label, tally in tallies.items() if len(tally.places) >= FEWEST_TEXTS}
    measured = [eval_set.tally(repeats), *enough.values()]
    drawn = eval_set.draws(measured, seed, [[1.0] * len(measured), [0.0] * len(measured)])
    found = []
    for tally, scores in zip(measured, drawn, strict=True):
        total = scores.mean(axis=1)
        if usual is not None:
            share = tally.size() / max(measured[0].size(), 1)
            sd = min(usual / max(share, 1e-3) ** 0.25, max(MOST_SD, usual))
            total = total + Seeds.of(tally.scores(), scores, sd).errors(seed, len(total))
        found.append(_percentiles(np.clip(total, 0, 1), float(tally.scores().mean())))
    return found[0], dict(zip(enough, found[1:], strict=True))


def paired(pairs: Sequence[tuple[Counts, Counts]], seed: int, usual: float | None = None) -> Difference:
    """Return F of the second trainings minus F of the first, on the same draws of the same texts.

    Args:
        pairs: For each repeat what the first and what the second model got right and wrong; one at least.
        seed: The seed of the draws.
        usual: What experience says that this difference scatters by from pair to pair, 0 to 1: the root of
            the sum of the squares of both trainings'. That of two typical trainings when left out.

    Raises:
        ValueError: They are not of the same eval set.
    """
    before, after = [first for first, _ in pairs], [second for _, second in pairs]
    eval_set = _EvalSet([*before, *after])
    tallies = [eval_set.tally(before), eval_set.tally(after)]
    lower, upper = eval_set.draws(tallies, seed, [[1.0, 0.0], [0.0, 1.0]])
    drawn = upper - lower
    measured = tallies[1].scores() - tallies[0].scores()
    seeds = Seeds.of(measured, drawn, usual or TYPICAL_SD * 2**0.5)
    total = drawn.mean(axis=1) + seeds.errors(seed, len(drawn))
    defined = drawn[np.isfinite(drawn).all(axis=1)]
    of_texts = float(defined.mean(axis=1).var()) if len(defined) else 0.0
    return Difference(
        mean=float(measured.mean()) if np.isfinite(measured).all() else 0.0,
        interval=_percentiles(np.clip(total, -1, 1), float(measured.mean())),
        text_variance=of_texts,
        either_variance=min(seeds.chance / len(pairs), of_texts),
        seed_variance=seeds.likely**2 / len(pairs),
        seed_sd=seeds.likely / 2**0.5,
    )


def drawn_scores(points: Sequence[Sequence[Counts]], seed: int, resamples: int = RESAMPLES) -> Floats:
    """Return the mean F of each point of a curve on the same draws of texts: draws x points.

    NaN where F is undefined. What other trainings would change is not in it.

    Args:
        points: For each point what its repeats got right and wrong on the same eval set.
        seed: The seed of the draws.
        resamples: The number of draws.

    Raises:
        ValueError: They are not of the same eval set.
    """
    eval_set = _EvalSet([counts for repeats in points for counts in repeats])
    extremes = [[1.0] * len(points), [0.0] * len(points)]
    drawn = eval_set.draws([eval_set.tally(repeats) for repeats in points], seed, extremes, resamples)
    return np.stack([f.mean(axis=1) for f in drawn], axis=1)


def texts_counted(*models: Counts) -> int:
    """Return how many texts have a gold or predicted span, for any of the models."""
    return len({row[0] for counts in models for row in counts.rows})


@dataclass(frozen=True, slots=True)
class _Tally:
    """What K repeats got right and wrong of one label, or of all, by text.

    Attributes:
        places: The texts that have any, as places in the eval set's `texts`.
        table: Texts x 2K: twice tp of each repeat, then twice tp plus fp plus fn of each.
    """

    places: Whole
    table: Floats

    def scores(self, weights: Floats | None = None, made_up: Floats | None = None) -> Floats:
        """Return F of each repeat, where each text counts as often as `weights`, draws x texts, says.

        F is 2 tp / (2 tp + fp + fn); NaN where nothing is gold and nothing predicted, so it is undefined.

        Args:
            weights: How often each text counts; once when left out.
            made_up: Draws x 2: the weight of made-up texts that are all right, and of all of them.
        """
        sums: Floats = self.table.sum(axis=0) if weights is None else weights @ self.table
        right, size = np.split(sums, 2, axis=-1)
        if made_up is not None:
            # Each is one of n - 2 texts, for the two take part: so the ends come out as the binomial's.
            more = made_up * (self.size() / max(len(self.places) - 2, 1))
            right, size = right + more[:, :1], size + more[:, 1:]
        scores: Floats = np.divide(right, size, out=np.full(size.shape, np.nan), where=size > 0)
        return scores

    def size(self) -> float:
        """Return twice tp plus fp plus fn of all texts, on average over the repeats."""
        return float(self.table[:, self.table.shape[1] // 2 :].sum(axis=0).mean())


class _EvalSet:
    """The texts on which all of some models were measured."""

    def __init__(self, models: Sequence[Counts]) -> None:
        sizes = sorted({counts.docs for counts in models})
        if len(sizes) != 1:
            raise ValueError(f"eval sets of {' and '.join(map(str, sizes))} texts cannot be compared")
        self.docs = sizes[0]
        self.texts = _unique(row[0] for counts in models for row in counts.rows)

    def tally(self, repeats: Sequence[Counts], label: str | None = None) -> _Tally:
        """Return the counts of one label, or of all labels together."""
        rows = [_rows(counts, None if label is None else _index(counts.labels, label)) for counts in repeats]
        places = _unique(text for one in rows for text in one[:, 0])
        columns = []
        for one in rows:
            at = np.searchsorted(places, one[:, 0])
            right, wrong = 2 * one[:, 2], one[:, 3] + one[:, 4]
            columns += [np.bincount(at, size, len(places)) for size in (right, right + wrong)]
        table = np.stack([*columns[::2], *columns[1::2]], axis=1)
        return _Tally(np.searchsorted(self.texts, places), table)

    def draws(
        self,
        tallies: Sequence[_Tally],
        seed: int,
        extremes: Sequence[Sequence[float]],
        resamples: int = RESAMPLES,
    ) -> list[Floats]:
        """Return for each tally F of its repeats on the same draws of texts: draws x repeats.

        Args:
            tallies: What to count.
            seed: The seed of the draws.
            extremes: For each text that is made up whether it is all right by each tally, 1, or all wrong, 0.
            resamples: The number of draws.
        """
        drawn: list[list[Floats]] = [[] for _ in tallies]
        right = np.array(extremes)
        # A stream of its own: the texts drawn are the same whatever is made up.
        generator = np.random.default_rng((seed, 4))
        for weights in self._weights(seed, resamples):
            made_up = generator.exponential(size=(len(weights), len(extremes)))
            for place, (tally, scores) in enumerate(zip(tallies, drawn, strict=True)):
                whole = len(tally.places) == len(self.texts)
                more = np.stack([made_up @ right[:, place], made_up.sum(axis=1)], axis=1)
                scores.append(tally.scores(weights if whole else weights[:, tally.places], more))
        return [np.concatenate(scores) for scores in drawn]

    def _weights(self, seed: int, resamples: int) -> Iterator[Floats]:
        """Yield how often each text with counts is drawn, draws x texts.

        The texts without counts change no sum: together they are one more outcome, whose number is not
        needed.
        """
        generator = np.random.default_rng(seed)
        counted, docs = len(self.texts), max(self.docs, 1)
        chances = np.full(counted + 1, 1 / docs)
        chances[-1] = max(self.docs - counted, 0) / docs
        left, size = resamples, max(_CHUNK // (counted + 1), 1)
        while left > 0:
            drawn = generator.multinomial(self.docs, chances, size=min(size, left))
            yield drawn[:, :-1].astype(np.float64)
            left -= size


def _rows(counts: Counts, label: int | None) -> Whole:
    rows = np.array(counts.rows, dtype=np.int64).reshape(-1, 5)
    return rows if label is None else rows[rows[:, 1] == label]


def _index(labels: Sequence[str], label: str) -> int:
    return labels.index(label) if label in labels else -1


def _unique(numbers: Iterable[int]) -> Whole:
    return np.array(sorted(set(numbers)), dtype=np.int64)


def _percentiles(draws: Floats, measured: float) -> Interval:
    """Return where 95% of the draws are, as far as the measured number itself at least."""
    defined = draws[np.isfinite(draws)]
    if not len(defined):
        return Interval(0.0, 0.0)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(defined, [tail, 100 - tail])
    return Interval(min(float(low), measured), max(float(high), measured))
