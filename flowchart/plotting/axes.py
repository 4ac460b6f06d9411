"""The axes of a curve's picture: what range they show, where a value lies, and what is written there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flowchart.plotting.series import Mark, Series

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
"""Distances of marks on the F axis, in F."""

_NARROWEST = 0.1
"""The least range of F that is shown: the axis zooms in, but not on noise."""


@dataclass(slots=True)
class Canvas:
    """The cells that a curve is drawn in, and which of them are taken.

    Attributes:
        columns: Cells from left to right, of 0 to `right` texts.
        rows: Cells from bottom to top, of `bottom` to `top` F.
        step: The distance of the marks on the F axis.
        marks: The cells of the points.
        taken: The cells that hold something not to be written over, as column and row from the bottom left.
    """

    columns: int
    rows: int
    right: float
    bottom: float
    top: float
    step: float
    taken: set[tuple[int, int]] = field(default_factory=set)
    marks: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def around(cls, series: Series, others: Sequence[Mark], columns: int, rows: int) -> Canvas:
        """Return the canvas that shows a curve, its forecast, and the marks of another curve."""
        marks = [*series.marks, *series.trainings, *others]
        band = series.forecast.band if series.forecast else ()
        right = max([series.expected, *(mark.docs for mark in [*marks, *band])]) * 1.04 or 1.0
        bottom, top, step = _range(marks, band, series.target, rows)
        return cls(columns, rows, right, bottom, top, step)

    def column(self, docs: float) -> int:
        """Return the column of a number of texts."""
        return round(docs / self.right * (self.columns - 1))

    def row(self, score: float) -> int:
        """Return the row of an F, from the bottom; outside of the range it is one outside of the canvas."""
        return round((score - self.bottom) / (self.top - self.bottom) * (self.rows - 1))

    def cell(self, mark: Mark) -> tuple[int, int]:
        """Return the column and the row of a mark."""
        return self.column(mark.docs), self.row(mark.score)

    def take_line(self, line: Sequence[Mark]) -> None:
        """Take the cells of a line through marks."""
        for (left, low), (right, high) in pairwise(map(self.cell, line)):
            for column in range(left, right + 1):
                row = low + (column - left) / (right - left or 1) * (high - low)
                self.taken |= {(column, math.floor(row)), (column, math.ceil(row))}

    def docs(self, column: int) -> float:
        """Return the number of texts in the middle of a column."""
        return column / (self.columns - 1) * self.right

    def score(self, row: int) -> float:
        """Return the F in the middle of a row."""
        return self.bottom + row / (self.rows - 1) * (self.top - self.bottom)

    def place(self, text: str, mark: Mark, *, at_end: bool = False) -> tuple[int, int] | None:
        """Take free cells for a text beside a mark, and return where it begins; None where all are taken.

        Args:
            text: What is to be written.
            mark: What it is about.
            at_end: Whether to write over the end of a line that leads to the mark. Else it stands over the
                mark or under it, so that nobody takes it for another one's.
        """
        column, row = self.column(mark.docs), self.row(mark.score)
        ends = [(column + 1 - len(text), row)] if at_end else []
        start = min(max(column - len(text) // 2, 0), self.columns - len(text))  # at an edge it is moved in
        high, low = (self.row(value) if value is not None else row for value in (mark.high, mark.low))
        over = [(start, line) for line in (row + 1, high + 1, row - 1, low - 1)]
        beside = [(column + 2, row), (column - 1 - len(text), row)]
        for first, line in (*ends, *over, *beside):
            cells = {(first + place, line) for place in range(-1, len(text) + 1)}
            inside = first >= 0 and first + len(text) <= self.columns and 0 <= line < self.rows
            if inside and not cells & self.taken and self._nearest(first, len(text), line, mark):
                self.taken |= cells
                return first, line
        return None

    def _nearest(self, first: int, length: int, line: int, mark: Mark) -> bool:
        """Whether a text would stand nearer to its own mark than to any other."""

        def apart(cell: tuple[int, int]) -> tuple[int, int]:
            column, row = cell
            return max(first - column, column - (first + length - 1), 0), abs(row - line)

        own = apart(self.cell(mark))
        return not any(sum(apart(cell)) < sum(own) for cell in self.marks - {self.cell(mark)})


def docs_ticks(texts: Iterable[float], canvas: Canvas) -> tuple[list[float], str]:
    """Return the numbers of texts for whose labels there is room, and the line with those labels.

    Done here, because plotext places labels in the order of a set, which is another one in each process.

    Args:
        texts: The numbers, those that are needed most first.
        canvas: What they stand below.
    """
    columns = canvas.columns
    chosen: list[float] = []
    line = " " * columns
    for number in dict.fromkeys(texts):
        label = f"{number:,.0f}"
        start = max(min(canvas.column(number) - len(label) // 2, columns - len(label)), 0)
        end = start + len(label)
        if line[max(start - 1, 0) : end + 1].isspace():
            line = line[:start] + label + line[end:]
            chosen.append(number)
    return sorted(chosen), line


def score_ticks(canvas: Canvas) -> list[float]:
    """Return where the F axis has its marks: round numbers within the range."""
    # A whisker of round-off: 0.6 / 0.2 must not become 2.9999.
    first, last = math.ceil(canvas.bottom / canvas.step - 1e-9), math.floor(canvas.top / canvas.step + 1e-9)
    return [place * canvas.step for place in range(first, last + 1)]


def _range(
    marks: Sequence[Mark], band: Sequence[Mark], target: float | None, rows: int
) -> tuple[float, float, float]:
    """Return bottom and top of the F axis and the distance of its marks.

    What was measured is shown whole. A wide forecast or a far target must not squeeze it into a few rows: of
    those is shown what lies within the measured part's own height above and below.
    """
    values = [value for mark in marks for value in mark.values]
    low, high = min(values), max(values)
    room = max(high - low, _NARROWEST)
    beyond = [value for mark in band for value in mark.values]
    if target is not None and low - room <= target <= high + room:
        beyond.append(target)
    low = min([low, *(max(value, low - room) for value in beyond)])
    high = max([high, *(min(value, high + room) for value in beyond)])
    if high - low < _NARROWEST:
        middle = min(max((low + high) / 2, _NARROWEST / 2), 1 - _NARROWEST / 2)
        low, high = middle - _NARROWEST / 2, middle + _NARROWEST / 2
    best = max(mark.score for mark in marks)
    high = max(high, min(best + (best - low) / max(rows - 2, 1), 1.0))  # a row above it, for its F
    most = min(max(rows / 2, 2), 7)
    return low, high, next((step for step in _STEPS if (high - low) / step <= most), _STEPS[-1])
