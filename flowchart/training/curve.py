"""A learning curve while it is trained: what each training says, and what all of it adds up to so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowchart.training.forecast import forecast
from flowchart.training.point import Point, Trained
from flowchart.training.settings import Settings
from flowchart.training.summary import summarise
from flowchart.training.verdict import judge

if TYPE_CHECKING:
    from flowchart.runs.reporter import Reporter


FROM = 0.75
"""The share of the texts that the last step begins with, as the chart asks about the last 25%."""


class Curve:
    """The trainings of a curve, and the points, the verdict and the forecast that they make.

    Attributes:
        trained: The trainings that are done.
        failed: Those that have failed, with the reason.
        verdict: The verdict on the last step, of what is there.
        forecast: What more texts would bring, of what is there.
    """

    def __init__(self, points: list[Point], settings: Settings, report: Reporter) -> None:
        self._points = points
        self._settings = settings
        self._report = report
        self.trained: dict[Point, Trained] = {}
        self.failed: dict[Point, str] = {}
        self._summaries: dict[float, dict[str, Any]] = {}
        for point in points:
            if kept := Trained.load(point):
                self._add(point, kept)
        if self.trained:
            self._draw_conclusions()
        else:
            self.verdict: dict[str, Any] = self._judge()
            self.forecast: dict[str, Any] = self._forecast()

    @property
    def missing(self) -> list[Point]:
        """The trainings that are still to be done."""
        return [point for point in self._points if point not in self.trained]

    @property
    def points(self) -> list[dict[str, Any]]:
        """The curve's points, smallest first: each the summary of its trainings."""
        return [self._summaries[fraction] for fraction in sorted(self._summaries)]

    @property
    def trainings(self) -> list[dict[str, Any]]:
        """The records of the trainings, by repeat and then by size."""
        return [self.trained[point].record for point in self._points if point in self.trained]

    def hear(self, point: Point, message: dict[str, Any]) -> None:
        """Take in what a training says, and pass it on."""
        where = {"fraction": point.fraction, "repeat": point.repeat}
        kind = message.pop("kind")
        if kind == "start":
            self._report.emit("point-start", **where, docs=point.docs, max_steps=point.max_steps)
        elif kind == "step":
            self._report.offer("step", **where, **message)
        elif kind == "done" and (trained := Trained.load(point)):
            self._add(point, trained)
            self._draw_conclusions()
        else:
            self.failed[point] = str(message.get("message", "its point.json cannot be read; resume the run"))
            self._report.emit("point-failed", **where, message=self.failed[point])

    def _add(self, point: Point, trained: Trained) -> None:
        self.trained[point] = trained
        its = [
            (done.record, done.counts) for at, done in self.trained.items() if at.fraction == point.fraction
        ]
        summary = self._summaries[point.fraction] = summarise(its, self._settings.seed)
        self._report.emit("training", **trained.record)
        self._report.emit("point", **summary)
        self._report.progress("train", len(self.trained), len(self._points), "trainings done")

    def _draw_conclusions(self) -> None:
        """Judge and forecast anew; told only once the two points are there that are judged."""
        self.verdict, self.forecast = self._judge(), self._forecast()
        if set(self._last_step) <= set(self._summaries):
            self._report.emit("verdict", **self.verdict)
            self._report.emit("forecast", **self.forecast)

    @property
    def _last_step(self) -> list[float]:
        """The fractions that the verdict is about: that of all texts, and before it the one a quarter below.

        Where no point lies there it is the next smaller one, so that the last quarter is always in it.
        """
        fractions = sorted({point.fraction for point in self._points})
        return [*[each for each in fractions if each <= FROM][-1:], *fractions[-1:]]

    def _judge(self) -> dict[str, Any]:
        *first, last = (
            (fraction, its) if (its := self._trainings_at(fraction)) else None for fraction in self._last_step
        )
        share = 1 - self._last_step[0] if first else 1.0
        return judge(first[0] if first else None, last, self._settings.seed, share)

    def _forecast(self) -> dict[str, Any]:
        its = [self._trainings_at(point["fraction"]) for point in self.points]
        return forecast(self.points, its, target=self._settings.target, seed=self._settings.seed)

    def _trainings_at(self, fraction: float) -> list[tuple[dict[str, Any], Any]]:
        return [
            (done.record, done.counts)
            for point, done in sorted(self.trained.items(), key=lambda item: item[0].repeat)
            if point.fraction == fraction
        ]
