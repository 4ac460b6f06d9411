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
        """Judge and forecast anew; told only once the last two points are there."""
        self.verdict, self.forecast = self._judge(), self._forecast()
        last = {point.fraction for point in self._points[-2:]}
        if last <= set(self._summaries):
            self._report.emit("verdict", **self.verdict)
            self._report.emit("forecast", **self.forecast)

    def _judge(self) -> dict[str, Any]:
        fractions = sorted({point.fraction for point in self._points})
        last = [
            (fraction, its) if (its := self._trainings_at(fraction)) else None for fraction in fractions[-2:]
        ]
        before, after = last if len(last) == 2 else (None, last[-1])
        return judge(before, after, self._settings.seed, 1 / self._settings.n_samples)

    def _forecast(self) -> dict[str, Any]:
        its = [self._trainings_at(point["fraction"]) for point in self.points]
        return forecast(self.points, its, target=self._settings.target, seed=self._settings.seed)

    def _trainings_at(self, fraction: float) -> list[tuple[dict[str, Any], Any]]:
        return [
            (done.record, done.counts)
            for point, done in sorted(self.trained.items(), key=lambda item: item[0].repeat)
            if point.fraction == fraction
        ]
