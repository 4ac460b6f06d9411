"""A learning curve as text: F over the number of training texts, with interval bars, drawn by plotext."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowchart.text import one_line

SMALLEST = (20, 6)
"""Width and height in cells below which there is no picture, only a line of text."""

_SGR = re.compile(r"\x1b\[[0-9;]*m")

_GREY, _PLAIN_AGAIN = "\x1b[38;5;7m", "\x1b[0m"

_ASCII = str.maketrans("┌┐└┘┬┴┼├┤─│╷╵●○", "++++++++|-|||*o")

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
"""Distances of marks on the F axis, in F."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """One point: texts, F and its interval."""

    docs: float
    score: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class _Style:
    """The characters and colours of a picture."""

    line: str
    other_line: str
    point: str
    bar: str
    top: str
    bottom: str


_UNICODE = _Style(line="braille", other_line="·", point="●", bar="│", top="╷", bottom="╵")
_PLAIN = _Style(line=".", other_line=":", point="*", bar="|", top="-", bottom="-")


def draw(
    points: Sequence[Mapping[str, Any]],
    width: int,
    height: int,
    *,
    ascii_only: bool = False,
    label: str | None = None,
    colour: bool = False,
) -> str:
    """Return the curve as text. Whatever is in the points, this never raises.

    Args:
        points: The points of a train-curve result: `docs`, `ents_f`, `ents_f_low`, `ents_f_high` and
            `ents_per_type`, scores from 0 to 1. Points without a finite score are left out. Of several points
            with the same `docs` (repeats) each is drawn, and the line goes through their mean.
        width: The width in cells.
        height: The height in lines.
        ascii_only: Whether to draw with ASCII characters alone.
        label: A label to draw the F of; the F of all labels together is then a thin second line.
        colour: Whether to add ANSI colour codes (the terminal's own 16 colours).

    Returns:
        Exactly `height` lines, each of at most `width` cells.
    """
    width, height = max(int(width), 0), max(int(height), 0)
    overall = _marks(points, None)
    marks = overall if label is None else _marks(points, label)
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return _message(_summary(marks), width, height, ascii_only)
    if not marks:
        what = "no score to draw yet" if label is None else f"no score of {one_line(label)} to draw yet"
        return _message(what, width, height, ascii_only)
    try:
        lines = _picture(
            marks,
            overall if label is not None else [],
            (width, height),
            _PLAIN if ascii_only else _UNICODE,
            label,
        )
    except Exception:  # plotext gives up on odd sizes in many ways; a plot is not worth the screen
        return _message(_summary(marks), width, height, ascii_only)
    if ascii_only:
        lines = [_to_ascii(line) for line in lines]
    if not colour:
        lines = [_SGR.sub("", line) for line in lines]
    return "\n".join([*lines, *[""] * height][:height])


def _marks(points: Sequence[Mapping[str, Any]], label: str | None) -> list[_Mark]:
    """The points that can be drawn, smallest first."""
    marks = []
    for point in points:
        try:
            if label is None:
                values = [point.get(key) for key in ("ents_f", "ents_f_low", "ents_f_high")]
            else:
                scores = (point.get("ents_per_type") or {}).get(label) or {}
                values = [scores.get(key) for key in ("f", "f_low", "f_high")]
            docs, (score, low, high) = _number(point.get("docs")), map(_number, values)
        except (AttributeError, TypeError, ValueError):
            continue
        # A point far off the picture would have plotext draw its line cell by cell all the way there.
        if docs is not None and score is not None and docs >= 0 and 0 <= score <= 1:
            whole = low is not None and high is not None and 0 <= low <= score <= high <= 1
            marks.append(_Mark(docs, score, low if whole else None, high if whole else None))
    return sorted(marks, key=lambda mark: mark.docs)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e12 else None


def _picture(
    marks: Sequence[_Mark],
    others: Sequence[_Mark],
    size: tuple[int, int],
    style: _Style,
    label: str | None,
) -> list[str]:
    from plotext._figure import _figure_class

    width, height = size
    titled, named = height >= 9, height >= 11
    rows = height - titled
    figure = (
        _figure_class()
    )  # a figure of its own: the one behind plotext's functions keeps what it has drawn
    figure._limit_size(False, False)
    figure.plot_size(width, rows)
    figure.theme("clear")
    figure.ticks_color("gray+")
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    canvas = (width - len("0.00 |"), rows - 2 - named)
    bottom, top, step = _range([*marks, *others], canvas[1])
    right = max(mark.docs for mark in [*marks, *others]) * 1.04 or 1.0
    figure.xlim(0, right)
    figure.ylim(bottom, top)
    ticks = [bottom + step * i for i in range(round((top - bottom) / step) + 1)]
    figure.yticks(ticks, [f"{tick:.2f} " for tick in ticks])
    ticks_at, tick_line = _ticks([mark.docs for mark in marks], right, canvas[0])
    figure.xticks(ticks_at, [""] * len(ticks_at))
    if named:
        figure.xlabel("training texts")
    if others:
        figure.plot(*_means(others), marker=style.other_line, color="gray+")
    if len(marks) > 1:
        figure.plot(*_means(marks), marker=style.line, color="cyan")
    for mark in marks:
        if mark.low is not None and mark.high is not None:
            figure.plot([mark.docs] * 2, [mark.low, mark.high], marker=style.bar, color="gray+")
            figure.scatter([mark.docs], [mark.high], marker=style.top, color="gray+")
            figure.scatter([mark.docs], [mark.low], marker=style.bottom, color="gray+")
    figure.scatter(
        [mark.docs for mark in marks], [mark.score for mark in marks], marker=style.point, color="green+"
    )
    _name_points(figure, marks, canvas, right, (bottom, top))
    lines = str(figure.build()).split("\n")[:rows]
    lines[-2 if named else -1] = f"{_GREY}{' ' * (width - canvas[0])}{tick_line}{_PLAIN_AGAIN}"
    return [_title(style, marks, bool(others), label, width), *lines] if titled else lines


def _name_points(
    figure: Any,  # noqa: ANN401 - plotext has no types
    marks: Sequence[_Mark],
    canvas: tuple[int, int],
    right: float,
    limits: tuple[float, float],
) -> None:
    """Write each F beside its point, to the left and a line higher: a rising curve leaves that free."""
    columns, rows = canvas
    if len({mark.docs for mark in marks}) != len(marks) or len(marks) * 12 > columns or rows < 6:
        return
    line, column = (limits[1] - limits[0]) / (rows - 1), right / (columns - 1)
    for mark in marks:
        figure.text(
            f"{mark.score:.3f}",
            max(mark.docs - 2 * column, 5 * column),
            min(mark.score + line, limits[1]),
            alignment="right",
            style="bold",
        )


def _ticks(texts: Sequence[float], right: float, columns: int) -> tuple[list[float], str]:
    """Return the numbers of texts for whose labels there is room, and the line with those labels.

    The last is chosen first, then the first, then the others. Done here, because plotext places labels in the
    order of a set, which is another one in each process.
    """
    chosen: list[float] = []
    line = " " * columns
    for number in dict.fromkeys([texts[-1], texts[0], *texts]):
        label = f"{number:,.0f}"
        start = round(number / right * (columns - 1)) - len(label) // 2
        start = max(min(start, columns - len(label)), 0)
        end = start + len(label)
        if line[max(start - 1, 0) : end + 1].isspace():
            line = line[:start] + label + line[end:]
            chosen.append(number)
    return sorted(chosen), line


def _means(marks: Sequence[_Mark]) -> tuple[list[float], list[float]]:
    """The line through points: for each number of texts the mean F."""
    scores: dict[float, list[float]] = {}
    for mark in marks:
        scores.setdefault(mark.docs, []).append(mark.score)
    return list(scores), [sum(values) / len(values) for values in scores.values()]


def _range(marks: Sequence[_Mark], rows: int) -> tuple[float, float, float]:
    """Return bottom and top of the F axis and the distance of its ticks: zoomed in, but not on noise."""
    values = [value for mark in marks for value in (mark.low, mark.score, mark.high) if value is not None]
    low, high = min(values), max(values)
    if high - low < 0.1:
        middle = min(max((low + high) / 2, 0.05), 0.95)
        low, high = middle - 0.05, middle + 0.05
    step = next((step for step in _STEPS if (high - low) / step <= min(rows / 2, 6) - 1), _STEPS[-1])
    # A whisker below round-off: 0.6 / 0.2 must not become 2.9999.
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return max(bottom, 0.0), min(top, 1.0), step


def _title(style: _Style, marks: Sequence[_Mark], others: bool, label: str | None, width: int) -> str:
    name = "F" if label is None else f"F of {one_line(label, max(width // 3, 8))}"
    parts = [f"{style.point} {name} on the eval set"]
    if any(mark.low is not None for mark in marks):
        parts.append(f"{style.bar} 95% interval")
    if others:
        parts.append(f"{style.other_line} all labels")
    return one_line("   ".join(parts), width)


def _summary(marks: Sequence[_Mark]) -> str:
    if not marks:
        return "no score yet"
    return f"F {marks[-1].score:.3f} at {marks[-1].docs:,.0f} texts"


def _message(text: str, width: int, height: int, ascii_only: bool) -> str:
    line = one_line(text, width)
    return "\n".join([_to_ascii(line) if ascii_only else line, *[""] * height][:height])


def _to_ascii(line: str) -> str:
    """Give every character that is not ASCII a stand-in of the same width in cells."""
    from rich.cells import cell_len

    line = line.translate(_ASCII).replace("…", "~")
    return "".join(c if c.isascii() else "?" * cell_len(c) for c in line)
