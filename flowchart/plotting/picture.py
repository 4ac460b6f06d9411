"""The picture of a curve: its layers put into a figure of plotext's, the lightest at the back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flowchart.plotting.axes import Canvas, docs_ticks, score_ticks
from flowchart.plotting.legend import legend
from flowchart.plotting.series import Mark, Series, at, means
from flowchart.text import one_line

_LINES_FOR_LEGEND, _LINES_FOR_NAME = 12, 12
"""Lines from which the legend may have two of them, and from which the axis below has one for its name."""

_BRIEF = 15
"""The letters of another run's name that a short legend has: a run's id begins with its date and time."""

_ROWS_FOR_VALUES, _ROWS_FOR_FITS = 6, 14
_COLUMNS_FOR_VALUE, _COLUMNS_FOR_TRAININGS = 6, 4
"""What a picture needs for more than lines: rows in all, columns for each point."""

GREY, PLAIN_AGAIN = "\x1b[38;5;7m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Style:
    """The signs of a picture. Each means one thing, so that none needs its colour."""

    line: str
    point: str
    bar: str
    top: str
    bottom: str
    training: str
    fit: str
    other_fit: str
    band: str
    target: str
    other_point: str
    other_line: str
    all_labels: str


UNICODE = Style("braille", "●", "│", "╷", "╵", "•", "╌", "·", "░", "─", "◆", "∙", "·")
PLAIN = Style(".", "*", "|", "-", "-", "o", "~", "'", ":", "=", "x", ",", "'")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn, and how its numbers are written.

    Attributes:
        series: The curve.
        behind: The points of all labels, behind those of one label.
        other: The points of another run, laid over.
        style: The signs.
        percent: Whether to write F as 74.7 instead of 0.747.
        label: The label whose F it is; None for all labels together.
        other_name: What the other run is called.
    """

    series: Series
    behind: Sequence[Mark]
    other: Sequence[Mark]
    style: Style
    percent: bool
    label: str | None
    other_name: str

    def number(self, score: float) -> str:
        """Return a score as the table beside the picture writes it."""
        return f"{100 * score:.1f}" if self.percent else f"{score:.3f}"

    def tick(self, score: float) -> str:
        """Return a score as it stands at the axis."""
        return f"{100 * score:>3.0f} " if self.percent else f"{score:.2f} "


def picture(scene: Scene, width: int, height: int) -> list[str]:
    """Return the lines of a picture, coloured with the terminal's own 16 colours.

    Raises:
        Exception: Anything that plotext raises at sizes it does not like.
    """
    from plotext._figure import _figure_class

    scene = _uncrowded(scene, width)
    series = scene.series
    above = legend(_names(scene), width, 2 if height >= _LINES_FOR_LEGEND else 1) if height >= 9 else []
    rows = height - len(above)
    named = rows >= _LINES_FOR_NAME
    left = len(scene.tick(0.0)) + 1
    canvas = Canvas.around(series, [*scene.behind, *scene.other], width - left, rows - 2 - named)
    # A figure of its own: the one behind plotext's functions keeps what it has drawn.
    figure = _figure_class()
    figure._limit_size(False, False)
    figure.plot_size(width, rows)
    figure.theme("clear")
    figure.ticks_color("gray+")
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.xlim(0, canvas.right)
    figure.ylim(canvas.bottom, canvas.top)
    ticks = score_ticks(canvas)
    figure.yticks(ticks, [scene.tick(tick) for tick in ticks])
    texts = [mark.docs for mark in series.marks]
    canvas.marks = {canvas.cell(mark) for mark in series.marks}
    end = [series.forecast.band[-1].docs] if series.forecast else []
    ticks_at, tick_line = docs_ticks([texts[-1], *end, texts[0], round(series.expected), *texts], canvas)
    figure.xticks(ticks_at, [""] * len(ticks_at))
    if named:
        figure.xlabel("training texts")
    layers = _Layers(figure, canvas, scene)
    layers.beyond()
    layers.measured()
    layers.write()
    lines = str(figure.build()).split("\n")[:rows]
    margin = "texts" if not named and tick_line.startswith(" ") else ""
    lines[-2 if named else -1] = f"{GREY}{margin:<{left}}{tick_line}{PLAIN_AGAIN}"
    return [*above, *lines]


def _uncrowded(scene: Scene, width: int) -> Scene:
    """The scene without the single trainings where the points alone fill the columns."""
    series = scene.series
    last = max(series.marks[-1].docs, series.expected)
    end = series.forecast.band[-1].docs if series.forecast else last
    if width * last >= len(series.marks) * _COLUMNS_FOR_TRAININGS * max(end, last):
        return scene
    return replace(scene, series=replace(series, trainings=()))


def _names(scene: Scene) -> list[tuple[str, str, str]]:
    """The legend: sign, meaning, and the meaning in fewer letters, the most needed first."""
    series, style = scene.series, scene.style
    name = "F" if scene.label is None else f"F of {one_line(scene.label, 24)}"
    names = [(style.point, f"{name} on the eval set", name)]
    if any(mark.low is not None for mark in series.marks):
        names.append((style.bar, "95% interval", "95% interval"))
    if scene.other:
        names.append((style.other_point, scene.other_name, scene.other_name[:_BRIEF]))
    if series.forecast is not None:
        share = f"{series.forecast.confidence:.0%}"
        names.append((style.band, f"forecast, {share} interval", f"{share} forecast"))
    if series.target is not None:
        target = f"target {scene.number(series.target)}"
        names.append((style.target, target, target))
    if series.trainings:
        names.append((style.training, "single trainings", "trainings"))
    if scene.behind:
        names.append((style.all_labels, "all labels", "all labels"))
    if series.forecast is not None:
        fits = zip((style.fit, style.other_fit), series.forecast.names, strict=False)
        names += [(sign, one_line(f"{fit} fit", 24), one_line(fit, 24)) for sign, fit in fits]
    return names


class _Layers:
    """The parts of a picture, each drawn over the one before."""

    def __init__(self, figure: Any, canvas: Canvas, scene: Scene) -> None:  # noqa: ANN401 - plotext has no types
        self._figure = figure
        self._canvas = canvas
        self._scene = scene

    def beyond(self) -> None:
        """Draw what was not measured: the band as a shade, the fits in light lines, the target."""
        canvas, style, series = self._canvas, self._scene.style, self._scene.series
        forecast = series.forecast
        columns = range(canvas.column(series.marks[-1].docs) + 1, canvas.columns)
        band = {column: self._band(column) for column in columns}
        shade = ((column, row) for column, rows in band.items() for row in rows)
        self._cells(shade, style.band, "gray+")
        if series.target is not None:
            row = canvas.row(series.target)
            line = ((column, row) for column in range(canvas.columns))
            self._cells(line, style.target, "orange", taken=True)
        if forecast is not None:
            # Where there is room the fits go through the measured part too, to be judged by it.
            shown = range(canvas.columns) if canvas.rows >= _ROWS_FOR_FITS else columns
            for fit, sign in [*zip(forecast.fits, (style.fit, style.other_fit), strict=False)][::-1]:
                marks = ((column, at(fit, canvas.docs(column))) for column in shown)
                cells = [(column, canvas.row(mark.score)) for column, mark in marks if mark is not None]
                # A band of one row stays visible between the fit's cells.
                open_cells = [cell for cell in cells if cell[0] % 2 or len(band.get(cell[0], "  ")) > 1]
                self._cells(open_cells, sign, "blue+")

    def _band(self, column: int) -> range:
        """The rows of the forecast's interval in a column."""
        forecast, canvas = self._scene.series.forecast, self._canvas
        mark = at(forecast.band, canvas.docs(column)) if forecast is not None else None
        if mark is None or mark.low is None or mark.high is None:
            return range(0)
        return range(max(canvas.row(mark.low), 0), min(canvas.row(mark.high) + 1, canvas.rows))

    def measured(self) -> None:
        """Draw the lines through the points, the intervals, the single trainings and the points."""
        canvas, scene, style = self._canvas, self._scene, self._scene.style
        marks = scene.series.marks
        self._line(scene.behind, style.all_labels, "gray+")
        self._line(scene.other, style.other_line, "magenta+")
        self._line(marks, style.line, "cyan")
        for mark in marks:
            if mark.low is not None and mark.high is not None:
                column = canvas.column(mark.docs)
                low, high = canvas.row(mark.low), canvas.row(mark.high)
                self._cells(((column, row) for row in range(low, high + 1)), style.bar, "gray+", taken=True)
                self._cells([(column, high)], style.top, "gray+")
                self._cells([(column, low)], style.bottom, "gray+")
        # To the left of the bar, which they would cover.
        singles = ((column - 1, row) for column, row in map(canvas.cell, scene.series.trainings))
        self._cells(singles, style.training, "gray+", taken=True)
        at_points = {canvas.cell(mark) for mark in marks}
        # In a cell that holds a point already, the other run's stands a column to the right.
        others = [(c + ((c, r) in at_points), r) for c, r in map(canvas.cell, scene.other)]
        self._cells(others, style.other_point, "magenta+", taken=True)
        self._cells(at_points, style.point, "green+", taken=True)

    def write(self) -> None:
        """Write F at the forecast's end, and beside the points for which there is room."""
        forecast, marks = self._scene.series.forecast, self._scene.series.marks
        if self._canvas.rows < _ROWS_FOR_VALUES:
            return
        self._point_at_target()
        if forecast is not None:
            self._write_end(forecast.band)
        if len({mark.docs for mark in marks}) == len(marks):
            crowded = len(marks) * _COLUMNS_FOR_VALUE > self._canvas.column(marks[-1].docs) + 6
            for mark in dict.fromkeys((marks[-1], marks[0], *(() if crowded else marks[-2:0:-1]))):
                self._write(mark)

    def _point_at_target(self) -> None:
        """Say on which side of the picture a target lies that is not in it."""
        canvas, target = self._canvas, self._scene.series.target
        if target is not None and not 0 <= canvas.row(target) < canvas.rows:
            row, sign = (canvas.rows - 1, "^") if target > canvas.top else (0, "v")
            text = f"{sign} target"
            canvas.taken |= {(column, row) for column in range(len(text) + 1)}
            self._put(text, (0, row))

    def _write_end(self, line: Sequence[Mark]) -> None:
        """Write the last F of a line over the line's own end."""
        text, canvas = self._scene.number(line[-1].score), self._canvas
        under = at(line, canvas.docs(canvas.column(line[-1].docs) - len(text) // 2)) or line[-1]
        self._put(text, canvas.place(text, replace(line[-1], score=under.score), at_end=True))

    def _write(self, mark: Mark) -> None:
        text = self._scene.number(mark.score)
        self._put(text, self._canvas.place(text, mark))

    def _put(self, text: str, place: tuple[int, int] | None) -> None:
        if place is not None:
            docs, score = self._canvas.docs(place[0]), self._canvas.score(place[1])
            self._figure.text(text, docs, score, alignment="left", style="bold")

    def _line(self, marks: Iterable[Mark], sign: str, colour: str) -> None:
        line = means(marks)
        if len(line) > 1:
            docs, scores = [mark.docs for mark in line], [mark.score for mark in line]
            self._figure.plot(docs, scores, marker=sign, color=colour)
            self._canvas.take_line(line)

    def _cells(
        self, cells: Iterable[tuple[int, int]], sign: str, colour: str, *, taken: bool = False
    ) -> None:
        canvas = self._canvas
        inside = sorted({(c, r) for c, r in cells if 0 <= c < canvas.columns and 0 <= r < canvas.rows})
        if taken:
            canvas.taken.update(inside)
        if inside:
            docs = [canvas.docs(column) for column, _ in inside]
            scores = [canvas.score(row) for _, row in inside]
            self._figure.scatter(docs, scores, marker=sign, color=colour)
