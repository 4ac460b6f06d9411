"""How sure a score is: bootstrap over the texts of the eval set, and over the repeats of a training.

Texts are drawn with replacement, as many as there are, and F is computed anew from the sums of their
counts. Texts, not spans, are drawn, because the spans of one text are not independent. The paired form
draws the same texts for two models and looks at the difference of their F. After Koehn 2004, "Statistical
Significance Tests for Machine Translation Evaluation" (EMNLP), and Berg-Kirkpatrick, Burkett and Klein
2012, "An Empirical Investigation of Statistical Significance in NLP" (EMNLP); the interval is the
percentile interval of Efron and Tibshirani 1993.

With several repeats (other seeds, other shuffles) a score is their mean, and each draw draws repeats too,
independently of the texts and with the same texts for all: texts and repeats are crossed. After Owen 2007,
"The pigeonhole bootstrap" (Annals of Applied Statistics 1), which errs on the wide side. The mean of K
drawn repeats varies less than the mean of K repeats does, by (K-1)/K: what a drawn mean differs from the
mean of all is stretched by the root of K/(K-1). After Rao and Wu 1988, "Resampling Inference with Complex
Survey Data" (JASA 83), for strata of few units, and Hesterberg 2015, "What Teachers Should Know about the
Bootstrap" (The American Statistician 69), on its narrowness.

With one repeat the doubt measured is that of a finite eval set alone: that another seed would have made
another model is not in it. With two or three it is in, but two or three numbers tell their own spread badly.

Where all is right, or nothing, every draw says the same. The end that is open is then the rule of three, for
texts: 3 / n after Hanley and Lippman-Hand 1983, "If Nothing Goes Wrong, Is Everything All Right?" (JAMA 249).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowchart.training.scores import Counts

RESAMPLES = 2000
"""How often the texts are drawn."""

CONFIDENCE = 0.95

FEWEST_TEXTS = 10
"""Below so many texts with anything to count, drawing them anew tells nothing about other texts."""

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

    Where repeats disagree by chance about single texts, more texts and more repeats shrink the same part of
    the variance, so the two parts overlap.

    Attributes:
        mean: The mean over the repeats of the difference of F, -1 to 1.
        interval: Its interval over texts and repeats.
        variance: The variance of the mean.
        text_variance: The part of it that shrinks with 1 / texts.
        seed_variance: The part of it that shrinks with 1 / repeats; None with one repeat: it is unknown.
    """

    mean: float
    interval: Interval
    variance: float
    text_variance: float
    seed_variance: float | None


def intervals(counts: Counts, seed: int) -> tuple[Interval, dict[str, Interval]]:
    """Return the interval of F of all labels together, and of each label that enough texts have.

    With fewer than `FEWEST_TEXTS` texts that have anything to count (`texts_counted`) the first one says
    nothing, and is not to be told.

    Args:
        counts: What the model got right and wrong.
        seed: The seed of the draws.
    """
    return repeated_intervals([counts], seed)


def repeated_intervals(repeats: Sequence[Counts], seed: int) -> tuple[Interval, dict[str, Interval]]:
    """Return the interval of the repeats' mean F, and that of each label that enough texts have.

    The first one is for `FEWEST_TEXTS` texts and more, as in `intervals`.

    Args:
        repeats: What each repeat of a training got right and wrong on the same eval set; one at least.
        seed: The seed of the draws.

    Raises:
        ValueError: They are not of the same eval set.
    """
    eval_set = _EvalSet(repeats)
    labels = list(dict.fromkeys(label for counts in repeats for label in counts.labels))
    tallies = {label: eval_set.tally(repeats, label) for label in labels}
    enough = {label: tally for label, tally in tallies.items() if len(tally.places) >= FEWEST_TEXTS}
    measured = [eval_set.tally(repeats), *enough.values()]
    drawn = eval_set.draws(measured, seed)
    chosen = _repeats_drawn(len(drawn[0]), [len(repeats)], seed)[0]
    overall, *others = (
        tally.opened(_percentiles(np.clip((scores * chosen).sum(axis=1), 0, 1)))
        for tally, scores in zip(measured, drawn, strict=True)
    )
    return overall, dict(zip(enough, others, strict=True))


def paired(pairs: Sequence[tuple[Counts, Counts]], seed: int) -> Difference:
    """Return F of the second models minus F of the first, on the same draws of the same texts and repeats.

    Args:
        pairs: For each repeat what the first and what the second model got right and wrong; one at least.
        seed: The seed of the draws.

    Raises:
        ValueError: They are not of the same eval set.
    """
    before, after = [first for first, _ in pairs], [second for _, second in pairs]
    eval_set = _EvalSet([*before, *after])
    tallies = [eval_set.tally(before), eval_set.tally(after)]
    lower, upper = eval_set.draws(tallies, seed)
    drawn = upper - lower
    measured = tallies[1].scores() - tallies[0].scores()
    chosen = _repeats_drawn(len(drawn), [len(pairs)], seed)[0]
    total = (drawn * chosen).sum(axis=1)
    variance, of_texts, of_seeds = _parts(measured, drawn, total)
    return Difference(
        mean=float(measured.mean()) if np.isfinite(measured).all() else 0.0,
        interval=_percentiles(np.clip(total, -1, 1)),
        variance=variance,
        text_variance=of_texts,
        seed_variance=of_seeds if len(pairs) > 1 else None,
    )


def drawn_scores(points: Sequence[Sequence[Counts]], seed: int, resamples: int = RESAMPLES) -> Floats:
    """Return the mean F of each point of a curve on the same draws of texts and repeats: draws x points.

    NaN where F is undefined. Repeats are drawn by their place in a point, so those of one place should share
    their seed; values may lie somewhat outside 0 to 1.

    Args:
        points: For each point what its repeats got right and wrong on the same eval set.
        seed: The seed of the draws.
        resamples: The number of draws.

    Raises:
        ValueError: They are not of the same eval set.
    """
    eval_set = _EvalSet([counts for repeats in points for counts in repeats])
    drawn = eval_set.draws([eval_set.tally(repeats) for repeats in points], seed, resamples)
    chosen = _repeats_drawn(resamples, [len(repeats) for repeats in points], seed)
    return np.stack([(f * share).sum(axis=1) for f, share in zip(drawn, chosen, strict=True)], axis=1)


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

    def scores(self, weights: Floats | None = None) -> Floats:
        """Return F of each repeat, where each text counts as often as `weights`, draws x texts, says.

        F is 2 tp / (2 tp + fp + fn); NaN where nothing is gold and nothing predicted, so it is undefined.
        """
        sums: Floats = self.table.sum(axis=0) if weights is None else weights @ self.table
        right, size = np.split(sums, 2, axis=-1)
        scores: Floats = np.divide(right, size, out=np.full(size.shape, np.nan), where=size > 0)
        return scores

    def opened(self, interval: Interval) -> Interval:
        """Return the interval of the mean F with its open end, where all is right or nothing."""
        texts = int(np.count_nonzero(self.table.any(axis=1)))
        score = float(self.scores().mean())
        if texts >= FEWEST_TEXTS and score == 1:
            return Interval(min(interval.low, 1 - 3 / texts), interval.high)
        if texts >= FEWEST_TEXTS and score == 0:
            return Interval(interval.low, max(interval.high, 3 / texts))
        return interval


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

    def draws(self, tallies: Sequence[_Tally], seed: int, resamples: int = RESAMPLES) -> list[Floats]:
        """Return for each tally F of its repeats on the same draws of texts: draws x repeats."""
        drawn: list[list[Floats]] = [[] for _ in tallies]
        for weights in self._weights(seed, resamples):
            for tally, scores in zip(tallies, drawn, strict=True):
                whole = len(tally.places) == len(self.texts)
                scores.append(tally.scores(weights if whole else weights[:, tally.places]))
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


def _repeats_drawn(resamples: int, sizes: Sequence[int], seed: int) -> list[Floats]:
    """Return the weight of each repeat in each draw, draws x repeats, for points of that many repeats.

    The rows sum up to 1. Points with as many repeats as each other draw the same ones.
    """
    # A stream of its own: the texts drawn are the same however many repeats there are.
    lots = np.random.default_rng((seed, 1)).random((resamples, max(sizes)))
    drawn = []
    for size in sizes:
        chosen = np.floor(lots[:, :size] * size)
        shares = (chosen[:, :, None] == np.arange(size)).mean(axis=1)
        stretch = np.sqrt(size / (size - 1)) if size > 1 else 1.0
        drawn.append(1 / size + stretch * (shares - 1 / size))
    return drawn


def _parts(measured: Floats, drawn: Floats, total: Floats) -> tuple[float, float, float]:
    """Return the variance of the mean of repeats, the part that texts shrink, and the part that repeats do.

    Repeats differ for their seeds, and by chance on these texts. Other texts add as much of the second again,
    so what they add to the variance between repeats tells it.

    Args:
        measured: The number of each repeat.
        drawn: Draws of texts x repeats.
        total: The mean of drawn repeats in each draw.
    """
    defined = np.isfinite(drawn).all(axis=1)
    if not defined.any():
        return 0.0, 0.0, 0.0
    drawn, repeats = drawn[defined], len(measured)
    variance = float(total[defined].var())
    if repeats == 1:
        return variance, variance, 0.0
    between = float(measured.var(ddof=1)) / repeats
    chance = max(float(drawn.var(axis=1, ddof=1).mean()) / repeats - between, 0)
    seeds_alone = max(between - chance, 0)
    texts_alone = max(float(drawn.mean(axis=1).var()) - chance, 0)
    return variance, max(variance - seeds_alone, 0), max(variance - texts_alone, 0)


def _rows(counts: Counts, label: int | None) -> Whole:
    rows = np.array(counts.rows, dtype=np.int64).reshape(-1, 5)
    return rows if label is None else rows[rows[:, 1] == label]


def _index(labels: Sequence[str], label: str) -> int:
    return labels.index(label) if label in labels else -1


def _unique(numbers: Iterable[int]) -> Whole:
    return np.array(sorted(set(numbers)), dtype=np.int64)


def _percentiles(draws: Floats) -> Interval:
    defined = draws[np.isfinite(draws)]
    if not len(defined):
        return Interval(0.0, 0.0)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(defined, [tail, 100 - tail])
    return Interval(float(low), float(high))
