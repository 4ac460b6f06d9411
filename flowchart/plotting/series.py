"""What there is to draw of a train-curve result. Whatever stands in it, reading it never raises."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowchart.records import number_of, rows_of, table_of

_FARTHEST = 2.01
"""How many times today's texts a forecast is drawn to: twice, and a whisker for rounding."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: texts, F and its interval."""

    docs: float
    score: float
    low: float | None = None
    high: float | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """F, and the ends of its interval where it has one."""
        return (self.score,) if self.low is None or self.high is None else (self.low, self.score, self.high)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a curve may do beyond its last point.

    Attributes:
        fits: The lines fitted, nearest to the forecast's end first.
        names: What they are called.
        band: The forecast itself, which weighs the fits, with its interval.
        confidence: The share of the interval, 0 to 1.
    """

    fits: tuple[tuple[Mark, ...], ...]
    names: tuple[str, ...]
    band: tuple[Mark, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Series:
    """One curve.

    Attributes:
        marks: The points, smallest first.
        trainings: The single trainings, where a point is the mean of several.
        forecast: What was fitted, if anything was.
        target: The F wanted, 0 to 1.
        expected: The texts of the last point that is asked for, there or not yet; 0 when unknown.
    """

    marks: tuple[Mark, ...] = ()
    trainings: tuple[Mark, ...] = ()
    forecast: Forecast | None = None
    target: float | None = None
    expected: float = 0.0


def read(curve: Mapping[str, Any], label: str | None = None) -> Series:
    """Return what can be drawn of a train-curve result.

    Args:
        curve: `points`, and where there are `trainings`, `forecast` and `target`; scores from 0 to 1.
        label: A label to take the scores of. The fit and the target are about all labels together.
    """
    marks = _marks(curve.get("points"), label)
    every = _marks(curve.get("trainings"), label)
    count = Counter(mark.docs for mark in every)
    trainings = tuple(mark for mark in every if count[mark.docs] > 1)
    if label is not None:
        return Series(marks, trainings, expected=_all_texts(curve))
    target = number_of(curve.get("target"))
    good = target is not None and 0 < target <= 1
    forecast = _forecast(curve.get("forecast"), marks)
    return Series(marks, trainings, forecast, target if good else None, _all_texts(curve))


def _all_texts(curve: Mapping[str, Any]) -> float:
    """The texts that are all of them, by the largest share that something is known of; 0 when unknown."""
    largest, texts = 0.0, 0.0
    for kind in ("points", "trainings", "expected"):
        for record in rows_of(curve.get(kind)):
            docs, share = number_of(record.get("docs")), number_of(record.get("fraction"))
            if docs is not None and share is not None and largest < share <= 1 and docs > 0:
                largest, texts = share, docs / share
    return texts


def means(marks: Iterable[Mark]) -> list[Mark]:
    """Return the line through marks: for each number of texts the mean F."""
    scores: dict[float, list[float]] = {}
    for mark in marks:
        scores.setdefault(mark.docs, []).append(mark.score)
    return [Mark(docs, sum(values) / len(values)) for docs, values in scores.items()]


def at(line: Sequence[Mark], docs: float) -> Mark | None:
    """Return a line's value at a number of texts, straight between its marks; None outside of it."""
    place = bisect_left(line, docs, key=lambda mark: mark.docs)
    if place == len(line) or (place == 0 and docs < line[0].docs):
        return None
    before, after = line[max(place - 1, 0)], line[place]
    share = (docs - before.docs) / (after.docs - before.docs or 1.0)

    def between(start: float, end: float) -> float:
        return start + share * (end - start)

    score = between(before.score, after.score)
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return Mark(docs, score)
    return Mark(docs, score, between(before.low, after.low), between(before.high, after.high))


def _marks(records: object, label: str | None) -> tuple[Mark, ...]:
    """The records that can be drawn, smallest first."""
    marks = []
    for record in rows_of(records):
        scores, keys = record, ("ents_f", "ents_f_low", "ents_f_high")
        if label is not None:
            scores, keys = table_of(table_of(record, "ents_per_type"), label), ("f", "f_low", "f_high")
        mark = _mark(record.get("docs"), *(scores.get(key) for key in keys))
        if mark is not None:
            marks.append(mark)
    return tuple(sorted(marks, key=lambda mark: mark.docs))


def _mark(docs: object, *values: object) -> Mark | None:
    """A mark, unless it lies off the picture: plotext would draw its line cell by cell all the way there."""
    x, (score, low, high) = number_of(docs), map(number_of, values)
    if x is None or score is None or x < 0 or not 0 <= score <= 1:
        return None
    whole = low is not None and high is not None and 0 <= low <= score <= high <= 1
    return Mark(x, score, low, high) if whole else Mark(x, score)


def _forecast(forecast: object, marks: Sequence[Mark]) -> Forecast | None:
    """The fits, and the forecast that they make, of at most twice today's texts."""
    if not isinstance(forecast, Mapping) or not marks:
        return None
    farthest = _FARTHEST * marks[-1].docs
    fits = [(str(model.get("name", "")), _line(model, farthest)) for model in rows_of(forecast.get("models"))]
    fits = [(name, fit) for name, fit in fits if len(fit) > 1]
    if not fits:
        return None
    double = table_of(forecast, "at_double")
    end = _mark(double.get("docs"), *(double.get(key) for key in ("ents_f", "low", "high")))
    band = _line(forecast, farthest)
    if end is not None and end.docs <= farthest:
        fits.sort(key=lambda fit: _distance(fit[1][-1], end))
        if len(band) < 2:  # only its end is told: on the way there the nearest fit stands for it
            band = (*(mark for mark in fits[0][1] if mark.docs < end.docs), end)
    share = number_of(forecast.get("confidence"))
    names, lines = zip(*fits, strict=True)
    return Forecast(
        lines,
        names,
        band if len(band) > 1 else lines[0],
        share if share is not None and 0 < share < 1 else 0.9,
    )


def _line(record: Mapping[str, Any], farthest: float) -> tuple[Mark, ...]:
    """The marks of a line of texts, F and its interval's ends, as far as it is drawn."""
    rows = record.get("line")
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return ()
    found = [_mark(*row) for row in rows if isinstance(row, Sequence) and len(row) == 4]
    line = [mark for mark in found if mark is not None and mark.docs <= farthest]
    return tuple(sorted(line, key=lambda mark: mark.docs))


def _distance(mark: Mark, other: Mark) -> float:
    return sum(abs(a - b) for a, b in zip(mark.values, other.values, strict=False))
