"""How sure a score is: bootstrap over the texts of the eval set.

Texts are drawn with replacement, as many as there are, and F is computed anew from the sums of their
counts. Texts, not spans, are drawn, because the spans of one text are not independent. The paired form
draws the same texts for two models and looks at the difference of their F. After Koehn 2004, "Statistical
Significance Tests for Machine Translation Evaluation" (EMNLP), and Berg-Kirkpatrick, Burkett and Klein
2012, "An Empirical Investigation of Statistical Significance in NLP" (EMNLP); the interval is the
percentile interval of Efron and Tibshirani 1993.

The doubt measured is that of a finite eval set. That another seed would have made another model is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowchart.training.scores import Counts

RESAMPLES = 2000
"""How often the texts are drawn."""

CONFIDENCE = 0.95

FEWEST_TEXTS = 10
"""Below so many texts with anything to count, drawing them anew tells nothing about other texts."""

_CHUNK = 4_000_000
"""Numbers drawn at a time, to bound the memory for large eval sets."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of F, or of a difference of two, 0 to 1 or -1 to 1."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the distance from `low` to `high`."""
        return (self.high - self.low) / 2


def intervals(counts: Counts, seed: int) -> tuple[Interval, dict[str, Interval]]:
    """Return the interval of F of all labels together, and of each label that enough texts have.

    Args:
        counts: What the model got right and wrong.
        seed: The seed of the draws.
    """
    texts, table = _table(counts)
    by_label: dict[int, set[int]] = {}
    for text, label, *_ in counts.rows:
        by_label.setdefault(label, set()).add(text)
    draws = np.concatenate(
        [_f_scores(_sums(weights, table)) for weights in _weights(len(texts), counts.docs, seed)]
    )
    overall = _percentiles(draws[:, 0])
    labels = {
        name: _percentiles(draws[:, 1 + index])
        for index, name in enumerate(counts.labels)
        if len(by_label.get(index, ())) >= FEWEST_TEXTS
    }
    return overall, labels


def paired(first: Counts, second: Counts, seed: int) -> Interval:
    """Return the interval of F of `second` minus F of `first`, on the same draws of the same texts.

    Raises:
        ValueError: They are not of the same eval set.
    """
    if first.docs != second.docs:
        raise ValueError(f"eval sets of {first.docs} and {second.docs} texts cannot be compared")
    texts = sorted({row[0] for row in first.rows} | {row[0] for row in second.rows})
    tables = [_overall(counts, texts) for counts in (first, second)]
    draws = []
    for weights in _weights(len(texts), first.docs, seed):
        before, after = (_f_scores(_sums(weights, table))[:, 0] for table in tables)
        draws.append(after - before)
    return _percentiles(np.concatenate(draws))


def texts_counted(*models: Counts) -> int:
    """Return how many texts have a gold or predicted span, for any of the models."""
    return len({row[0] for counts in models for row in counts.rows})


def _table(counts: Counts) -> tuple[list[int], Floats]:
    """Return the texts with anything to count, and tp, fp, fn of each: texts x (all, label, ...) x 3."""
    texts = sorted({row[0] for row in counts.rows})
    place = {text: index for index, text in enumerate(texts)}
    table = np.zeros((len(texts), 1 + len(counts.labels), 3))
    for text, label, *three in counts.rows:
        table[place[text], 0] += three
        table[place[text], 1 + label] += three
    return texts, table


def _overall(counts: Counts, texts: list[int]) -> Floats:
    place = {text: index for index, text in enumerate(texts)}
    table = np.zeros((len(texts), 1, 3))
    for text, _, *three in counts.rows:
        table[place[text], 0] += three
    return table


def _weights(counted: int, docs: int, seed: int) -> Iterator[Floats]:
    """Yield how often each text with counts is drawn, draws x texts.

    The texts without counts change no sum: together they are one more outcome, whose number is not needed.
    """
    generator = np.random.default_rng(seed)
    chances = np.full(counted + 1, 1 / max(docs, 1))
    chances[-1] = max(docs - counted, 0) / max(docs, 1)
    left, size = RESAMPLES, max(_CHUNK // (counted + 1), 1)
    while left > 0:
        yield generator.multinomial(docs, chances, size=min(size, left))[:, :-1].astype(np.float64)
        left -= size


def _sums(weights: Floats, table: Floats) -> Floats:
    texts, columns, _ = table.shape
    sums: Floats = weights @ table.reshape(texts, columns * 3)
    return sums.reshape(len(weights), columns, 3)


def _f_scores(sums: Floats) -> Floats:
    """Return 2 tp / (2 tp + fp + fn); NaN where nothing is gold and nothing predicted, so F is undefined."""
    right, wrong = 2 * sums[..., 0], sums[..., 1] + sums[..., 2]
    size = right + wrong
    scores: Floats = np.divide(right, size, out=np.full(size.shape, np.nan), where=size > 0)
    return scores


def _percentiles(draws: Floats) -> Interval:
    defined = draws[np.isfinite(draws)]
    if not len(defined):
        return Interval(0.0, 0.0)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(defined, [tail, 100 - tail])
    return Interval(float(low), float(high))
