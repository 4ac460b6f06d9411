"""The learning curve half of the metrics pane: training as it goes, the curve, its table, the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from flowchart.runs.folder import Status
from flowchart.runs.progress import PointProgress, Progress
from flowchart.text import one_line, pad, printable
from tui.glyphs import Glyphs
from tui.widgets.bar import bar
from tui.widgets.curve_plot import CurvePlot
from tui.widgets.plain import Plain

NO_CURVE = "No learning curve of this dataset yet.\n\nPress t to train on 25, 50, 75 and 100% of the texts."

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
    CurveView CurvePlot { height: 1fr; min-height: 10; max-height: 24; }
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
        self.per_label = False

    def compose(self) -> ComposeResult:
        yield Plain(NO_CURVE, id="training")
        for later in (CurvePlot(ascii_only=self._ascii, id="plot"), Plain(id="table")):
            later.display = False
            yield later

    def on_resize(self, _event: Resize) -> None:
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
        points = self._progress.finished
        top, plot, table = (
            self.query_one("#training", Plain),
            self.query_one(CurvePlot),
            self.query_one("#table", Plain),
        )
        top.show(self._top(width))
        top.display = bool(self._top(width).plain)
        plot.display = bool(points)
        plot.show_points(points)
        blocks = []
        if points:
            blocks.append(points_table(points, width))
        if self._progress.verdict is not None and self._progress.verdict.get("answer"):
            blocks.append(verdict_line(self._progress.verdict))
        if points and self.per_label:
            blocks.append(labels_table(points, width))
        elif points:
            blocks.append(Content.styled("p shows single labels", "$foreground-muted"))
        table.display = bool(blocks)
        table.show(Content("\n\n").join(blocks))

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
            for point in self._progress.points.values():
                if point.state == "failed":
                    lines.append(Content(f"{point.fraction:.0%}: {one_line(point.message, width - 6)}"))
            if self._status is Status.CRASHED:
                lines += [
                    Content.styled(f"  {one_line(line, width - 2)}", "$foreground-muted")
                    for line in self._log[-5:]
                ]
            lines.append(Content("t trains anew; R lists the runs, where a broken one can be resumed."))
        elif self._status is not Status.FINISHED:
            lines.append(state + Content("  x cancels"))
            if self._progress.points:
                points = [point for _, point in sorted(self._progress.points.items())]
                lines += [training_line(point, width, self.glyphs) for point in points]
            else:
                stage = self._progress.message or self._progress.stage or "starting"
                lines.append(Content(f"{one_line(stage, width - 4)} ..."))
        return Content("\n").join(lines)


def training_line(point: PointProgress, width: int, glyphs: Glyphs) -> Content:
    """One point in training: how far, the loss, the best F so far."""
    share = point.step / point.max_steps if point.max_steps else 0.0
    name = f"{point.fraction:>4.0%} "
    if point.state == "done":
        return Content.assemble((name, "bold"), f"done  F {100 * (point.ents_f or 0):.1f}")
    if point.state == "failed":
        return Content.assemble(
            (name, "bold"), ("failed  ", "$text-error"), one_line(point.message, width - 14)
        )
    facts = f" {point.step}/{point.max_steps} steps"
    if point.loss is not None:
        facts += f"  loss {point.loss:.1f}"
    if point.ents_f is not None:
        facts += f"  F {100 * point.ents_f:.1f}"
    length = min(max(width - len(name) - len(facts) - 1, 4), 24)
    return Content.assemble((name, "bold"), bar(share, length, glyphs), facts)


def percent(value: object) -> str:
    """A score of 0 to 1 in percent with one decimal; a dash where there is none."""
    return f"{100 * value:.1f}" if isinstance(value, (int, float)) else "-"


def points_table(points: Sequence[Mapping[str, Any]], width: int) -> Content:
    """F with its interval, P, R and the change to the point before, one line a point."""
    wide = width >= 56
    head = (
        f"{'%':>4}{'texts':>8}{'F':>7}"
        + (f"  {'95% interval':<14}" if wide else "")
        + f"{'P':>7}{'R':>7}{'change':>8}"
    )
    lines = [Content.styled(head, "bold $text-secondary")]
    before: float | None = None
    for point in points:
        score = point.get("ents_f")
        interval = f"[{percent(point.get('ents_f_low'))}, {percent(point.get('ents_f_high'))}]"
        change = f"{100 * (score - before):+.1f}" if before is not None and score is not None else ""
        style = "" if not change else "$text-success" if change.startswith("+") else "$text-error"
        lines.append(
            Content.assemble(
                f"{100 * float(point['fraction']):>4.0f}{point.get('docs', 0):>8,}",
                (f"{percent(score):>7}", "bold"),
                f"  {interval:<14}" if wide else "",
                f"{percent(point.get('ents_p')):>7}{percent(point.get('ents_r')):>7}",
                (f"{change:>8}", style),
            )
        )
        before = score
    return Content("\n").join(lines)


def labels_table(points: Sequence[Mapping[str, Any]], width: int) -> Content:
    """F of each label at each point, with its support in the eval set."""
    last = points[-1].get("ents_per_type") or {}
    name_width = max(min(max((len(str(label)) for label in last), default=8), width - 9 - 7 * len(points)), 8)
    head = pad("Label", name_width) + f"{'support':>9}"
    head += "".join(f"{100 * float(point['fraction']):>6.0f}%" for point in points)
    lines = [Content.styled(head, "bold $text-secondary")]
    for label, scores in last.items():
        cells = "".join(
            f"{percent((p.get('ents_per_type') or {}).get(label, {}).get('f')):>7}" for p in points
        )
        lines.append(Content(f"{pad(str(label), name_width)}{scores.get('support', 0):>9,}{cells}"))
    return Content("\n").join(lines)


def verdict_line(verdict: Mapping[str, Any]) -> Content:
    """The chart's question about the last step, with what the numbers say."""
    answer = str(verdict.get("answer", ""))
    style = {"YES": "bold $text-success", "NO": "bold $text-error"}.get(answer, "bold $text-warning")
    question = printable(str(verdict.get("question", "")))
    return Content.assemble(
        f"{question}  ", (one_line(answer), style), f"\n{printable(str(verdict.get('reason', '')))}"
    )
