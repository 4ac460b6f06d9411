"""The top line: what is open, where the panes are, what is running."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from rich.cells import cell_len
from textual.content import Content
from textual.events import Resize

from flowchart.runs.folder import Status
from flowchart.runs.progress import Progress
from flowchart.text import one_line
from flowchart.walk import Walk
from tui.glyphs import Glyphs
from tui.widgets.plain import Plain

TABS = (("flowchart", "1 Flowchart"), ("question", "2 Question"), ("metrics", "3 Metrics"))


class StatusLine(Plain):
    """One line that always tells where you are."""

    DEFAULT_CSS = """
    StatusLine { dock: top; height: 1; width: 1fr; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs
        self._title = "ner-tui"
        self._steps = ""
        self._tabs = ""
        self._data = ""
        self._curve = ""
        self._measuring = ""
        self._zoomed = False

    def on_resize(self, _event: Resize) -> None:
        self._draw()

    def show_walk(self, walk: Walk) -> None:
        """Show the chart's title and how many answers are given."""
        self._title = walk.chart.title
        count = len(walk.path.steps)
        self._steps = f"{count} step{'s' if count != 1 else ''}" if count else ""
        self._draw()

    def show_tabs(self, shown: str, *, zoomed: bool) -> None:
        """Show the tabs with one of them in front, or none."""
        self._tabs, self._zoomed = shown, zoomed
        self._draw()

    def show_data(self, files: Sequence[str], status: Status) -> None:
        """Show what is open."""
        name = PurePath(files[0]).name if files else ""
        self._data = name if status is Status.FINISHED else f"{name} ({status.value})"
        self._draw()

    def show_curve(self, status: Status | None, progress: Progress) -> None:
        """Show how far the training is."""
        if status is Status.RUNNING:
            self._curve = f"training {progress.share:.0%}" if progress.trainings else "training"
        elif status in (None, Status.FINISHED, Status.WAITING):
            best = progress.points[-1].get("ents_f") if progress.points else None
            self._curve = f"F {100 * best:.1f}" if best is not None else ""
        else:
            self._curve = f"training {status.value}"
        self._draw()

    def show_measuring(self, what: str) -> None:
        """Show that the questions are being measured; "" when they are not."""
        self._measuring = "measuring" if what else ""
        self._draw()

    def _draw(self) -> None:
        if not self.is_attached:
            return
        if self._tabs:
            left = Content("  ").join(
                Content.styled(f" {name} ", "bold reverse" if pane == self._tabs else "")
                for pane, name in TABS
            )
            if self._zoomed:
                left += Content.styled("  zoomed: z", "$foreground-muted")
        else:
            left = Content.styled(one_line(self._title, 60), "bold")
        facts = [
            fact for fact in (self._steps, one_line(self._data, 32), self._measuring, self._curve) if fact
        ]
        right = f" {self.glyphs.separator} ".join(facts)
        width = self.size.width
        room = width - left.cell_length - 2
        right = one_line(right, max(room, 0))
        gap = " " * max(width - left.cell_length - cell_len(right), 1)
        self.show(Content.assemble(left, gap, (right, "$foreground-muted")), layout=False)
