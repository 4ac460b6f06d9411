"""The learning curve half of the metrics pane: training as it goes, the curve, its table, the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from flowchart.runs.folder import Status
from flowchart.runs.progress import Progress
from flowchart.text import one_line, printable
from tui.glyphs import Glyphs
from tui.widgets.curve_plot import CurvePlot, Record
from tui.widgets.plain import Plain

NO_CURVE = "No learning curve yet.\n\nWith a dataset open (o), t trains on 25, 50, 75 and 100% of its texts."

ROOM_FOR_TRAININGS = 30
"""Lines from which more than a few trainings are named."""

STATUS_STYLE = {
    Status.FINISHED: "$text-success",
    Status.FAILED: "bold $text-error",
    Status.CRASHED: "bold $text-error",
    Status.CANCELLED: "$text-warning",
}


class CurveView(VerticalScroll, can_focus=True):
    """The learning curve, from the first step of its training to the verdict on its last one."""

    HELP = (
        "The learning curve: subset training as it goes, F with its interval, the verdict on the last step."
    )

    DEFAULT_CSS = """
    CurveView CurvePlot { height: 60%; min-height: 10; max-height: 24; }
    CurveView #training, CurveView #table { height: auto; }
    """

    def __init__(self, glyphs: Glyphs, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._ascii = ascii_only
        self._status: Status | None = None
        self._progress = Progress()
        self._log: Sequence[str] = ()
        self._other_data = False
        self._laid_over: tuple[str, Record] | None = None
        self.per_label = False

    def compose(self) -> ComposeResult:
        yield Plain(NO_CURVE, id="training")
        for later in (CurvePlot(ascii_only=self._ascii, id="plot"), Plain(id="table")):
            later.display = False
            yield later

    def on_resize(self, _event: Resize) -> None:
        self._show()

    def on_show(self) -> None:
        """Draw anew what came while another pane was in front: there was no width to draw it to."""
        self._show()

    def show_nothing(self) -> None:
        """Show that there is no curve yet, and how to get one."""
        self._status, self._progress = None, Progress()
        self._show()

    def show_run(
        self, status: Status, progress: Progress, *, log: Sequence[str] = (), other_data: bool = False
    ) -> None:
        """Show a run.

        Args:
            status: How the run is.
            progress: What its events add up to.
            log: The last lines of its log, for a run that broke.
            other_data: Whether the files have changed since, or the run is of another dataset.
        """
        self._status, self._progress, self._log, self._other_data = status, progress, log, other_data
        self._show()

    def lay_over(self, name: str = "", other: Record | None = None) -> None:
        """Lay another run's curve over the one in view, or take it off."""
        self._laid_over = None if other is None else (name, other)
        self._show()

    def toggle_labels(self) -> None:
        """Show or hide the table of single labels."""
        self.per_label = not self.per_label
        self._show()

    @property
    def finished(self) -> bool:
        """Whether a whole curve is shown."""
        return self._status is Status.FINISHED

    def _show(self) -> None:
        width = max(self.scrollable_content_region.width - 1, 20)  # a text's own padding
        curve, points = self._progress.result, self._progress.points
        name, other = self._laid_over or ("", None)
        top, plot, table = (
            self.query_one("#training", Plain),
            self.query_one(CurvePlot),
            self.query_one("#table", Plain),
        )
        above = self._top(width)
        top.show(above)
        top.display = bool(above.plain)
        plot.display = bool(points)
        plot.show_curve(curve, other, name)
        blocks = self._blocks(width) if points else []
        if points and other is not None:
            from tui.panes.curve_tables import comparison_block

            blocks.append(comparison_block(curve, other, name, width, self.glyphs.laid_over))
        table.display = bool(blocks)
        table.show(Content("\n\n").join(blocks))

    def _blocks(self, width: int) -> list[Content]:
        # Not needed for the first frame, like the trainings below.
        from tui.panes.curve_tables import (
            flattery_block,
            forecast_block,
            labels_table,
            points_table,
            verdict_line,
        )

        curve, points = self._progress.result, self._progress.points
        blocks = [points_table(points, width)]
        flattery = flattery_block({"points": points})
        if flattery.plain:
            blocks.append(flattery)
        verdict = curve.get("verdict")
        if verdict and verdict.get("answer"):
            blocks.append(verdict_line(verdict))
        forecast = forecast_block(curve)
        if forecast.plain:
            blocks.append(forecast)
        if self.per_label:
            blocks.append(labels_table(points, width))
        else:
            blocks.append(Content.styled("p shows single labels", "$foreground-muted"))
        return blocks

    def _top(self, width: int) -> Content:
        if self._status is None:
            return Content(NO_CURVE)
        lines = []
        state = Content.styled(f"train-curve {self._status.value}", STATUS_STYLE.get(self._status, "bold"))
        if self._other_data:
            state += Content.styled("  (of other data than is open now)", "$text-warning")
        end = self._progress.end or {}
        if self._status in (Status.FAILED, Status.CRASHED, Status.CANCELLED):
            lines.append(state)
            if end.get("message"):
                lines.append(Content(printable(str(end["message"]))))
            failed = [
                training for training in self._progress.trainings.values() if training.state == "failed"
            ]
            for training in failed[: self._most]:
                name = training.name(self._progress.repeats)
                lines.append(Content(printable(f"{name}: {training.message}")))
            if len(failed) > self._most:
                lines.append(Content(f"{len(failed) - self._most} more have failed; the log tells of all."))
            if self._status is Status.CRASHED:
                lines += [
                    Content.styled(f"  {one_line(line, width - 2)}", "$foreground-muted")
                    for line in self._log[-5:]
                ]
            lines.append(Content("t trains anew; R lists the runs, where a broken one can be resumed."))
        elif self._status is not Status.FINISHED:
            lines.append(state + Content("  x cancels"))
            if self._progress.trainings:
                from tui.panes.training_list import training_list

                lines += training_list(self._progress, width, self._most, self.glyphs)
            else:
                stage = self._progress.message or self._progress.stage or "starting"
                lines.append(Content(f"{one_line(stage, width - 4)} ..."))
        return Content("\n").join(lines)

    @property
    def _most(self) -> int:
        """How many trainings are named: on a small screen the plot needs the room."""
        return 4 if self.size.height < ROOM_FOR_TRAININGS else 10
