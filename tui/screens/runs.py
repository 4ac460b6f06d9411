"""The runs of the workspace: look at one, cancel it, resume it, read its log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from flowchart.errors import UserError
from flowchart.runs.asked import is_with
from flowchart.runs.folder import Run, Status, list_runs
from flowchart.runs.process import cancel, resume
from flowchart.text import one_line, printable
from flowchart.walk import Walk
from tui.following import ACTIVE
from tui.glyphs import Glyphs
from tui.screens.base import ClosingScreen
from tui.widgets.key_hints import KeyHints
from tui.widgets.lines import Lines
from tui.widgets.plain import Plain

MOST = 200
"""Runs listed: their results are read one by one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The run that somebody took, and whether to lay it over the curve in view instead of showing it."""

    run: Run
    compare: bool = False


class RunsScreen(ClosingScreen[Taken | None]):
    """A line a run, newest first; enter shows its curve, c lays it over the one in view."""

    DEFAULT_CSS = """
    RunsScreen #log-box { height: 9; border: round $border-blurred; padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back", id="screen.back"),
        Binding("enter", "take", "Show", id="runs.show", tooltip="Show this run's curve in the metrics pane"),
        Binding(
            "c",
            "compare",
            "Compare",
            id="runs.compare",
            tooltip="Lay this run's curve over the one in view, or take it off again",
        ),
        Binding("x", "cancel", "Cancel", id="runs.cancel", tooltip="Cancel this run"),
        Binding(
            "r",
            "resume",
            "Resume",
            id="runs.resume",
            tooltip="Resume this run: only what is missing is trained",
        ),
        Binding("question_mark", "app.command_palette", "Actions", key_display="?", id="runs.help"),
    ]

    lines = getters.query_one("#runs", OptionList)
    log_box = getters.query_one("#log", Plain)

    def __init__(self, walk: Walk, glyphs: Glyphs) -> None:
        super().__init__()
        self._walk = walk
        self.glyphs = glyphs
        self._runs: list[Run] = []
        self._in_view = ""
        self._status: dict[str, Status] = {}

    def compose(self) -> ComposeResult:
        yield Plain(Content.styled(" Runs", "bold"))
        yield Lines(id="runs")
        with VerticalScroll(id="log-box"):
            yield Plain(id="log")
        yield KeyHints()

    def on_mount(self) -> None:
        self.lines.focus()
        self._list()

    @work(group="runs", exclusive=True)
    async def _list(self) -> None:
        if not self.query("#runs"):  # it has been closed
            return
        place = self.lines.highlighted
        self._runs = (await asyncio.to_thread(list_runs, self._walk.workspace, "train-curve"))[:MOST]
        in_view = await asyncio.to_thread(lambda: self._walk.curve_run)
        self._in_view = in_view.id if in_view is not None else ""
        marks = {self._in_view: self.glyphs.walked, self._walk.session.compare_run: self.glyphs.laid_over}
        lines = await asyncio.to_thread(
            lambda: [run_line(run, self._walk, marks.get(run.id, " ")) for run in self._runs]
        )
        self._status = await asyncio.to_thread(lambda: {run.id: run.status() for run in self._runs})
        if not self.query("#runs"):  # it has been closed meanwhile
            return
        self.lines.clear_options()
        self.lines.add_options([Option(line) for line in lines])
        self.lines.border_title = Content(
            f"Learning curves in {one_line(str(self._walk.workspace.root), 60)}"
        )
        if self._runs:
            self.lines.highlighted = min(place or 0, len(self._runs) - 1)
        else:
            self.log_box.show("No training yet. Go back and press t.")

    def _run(self) -> Run | None:
        place = self.lines.highlighted if self.query("#runs") else None
        return self._runs[place] if place is not None and place < len(self._runs) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer to cancel what runs and to resume what broke off."""
        run = self._run() if self.is_mounted else None
        status = self._status.get(run.id) if run is not None else None
        if action == "cancel":
            return status in ACTIVE
        if action == "resume":
            return status in (Status.FAILED, Status.CRASHED, Status.CANCELLED)
        return True

    def explain(self, key: str) -> None:
        """Say why a key has done nothing."""
        if key == "x":
            self.notify("Only a run that goes on can be cancelled.", markup=False, timeout=3)
        elif key == "r":
            self.notify("Only a run that broke or was cancelled can be resumed.", markup=False, timeout=3)

    @on(OptionList.OptionHighlighted)
    def _show_log(self) -> None:
        self.refresh_bindings()
        run = self._run()
        if run is not None:
            log = "\n".join(run.log_tail(20)) or "(nothing in its log)"
            self.log_box.show(
                Content.styled(f"{run.folder}/log.txt\n", "$foreground-muted") + Content(printable(log))
            )

    @on(OptionList.OptionSelected)
    def action_take(self) -> None:
        """Show the run's curve."""
        run = self._run()
        if run is not None:
            self.dismiss(Taken(run))

    @work(group="run", exclusive=True)
    async def action_compare(self) -> None:
        """Lay the run's curve over the one in view, or take it off again."""
        run = self._run()
        if run is None:
            return
        off = run.id == self._walk.session.compare_run
        result = None if off else await asyncio.to_thread(run.result)
        if not off and run.id == self._in_view:
            self.notify("This curve is the one in view; compare another run with it.", markup=False)
        elif not off and not (result or {}).get("points"):
            self.notify("This run has no finished curve to compare with.", markup=False)
        else:
            self.dismiss(Taken(run, compare=True))

    @work(group="run", exclusive=True)
    async def action_cancel(self) -> None:
        """Cancel the run."""
        run = self._run()
        if run is None:
            return
        if run.status() not in ACTIVE:  # it has ended since it was listed
            self.explain("x")
            self._list()
            return
        try:
            await asyncio.to_thread(cancel, run)
        except UserError as error:
            self.notify(str(error), title="Not cancelled", severity="error", markup=False)
        self._list()

    @work(group="run", exclusive=True)
    async def action_resume(self) -> None:
        """Train what is missing of the run."""
        run = self._run()
        if run is None or run.status() in (*ACTIVE, Status.FINISHED):
            self.notify("Only a run that broke or was cancelled can be resumed.", markup=False)
            return
        try:
            await asyncio.to_thread(resume, run)
        except UserError as error:
            self.notify(str(error), title="Not resumed", severity="error", markup=False)
            return
        self.dismiss(Taken(run))


def run_line(run: Run, walk: Walk, mark: str = " ") -> Content:
    """One line about a run, after the mark of what it is in view as."""
    status = run.status()
    result = run.result() or {}
    points = result.get("points") or []
    score = f"F {100 * float(points[-1]['ents_f']):.1f}" if points and status is Status.FINISHED else ""
    files = ", ".join(PurePath(str(name)).name for name in run.settings.get("train") or ())
    here = "" if is_with(run, walk.data_settings) else "  (other data)"
    created = run.created[:16].replace("T", " ")
    repeats = run.settings.get("repeats", 1)
    samples = run.settings.get("n_samples", "?")
    size = f"{samples} {'point' if samples == 1 else 'points'}" + (f" x {repeats}" if repeats != 1 else "")
    return Content.assemble(
        f"{mark} {created}  ",
        (f"{status.value:<10}", "bold" if status in ACTIVE else ""),
        f"{score:<7} {one_line(size, 14):<14}  {one_line(files, 28)}{here}",
    )
