"""The part of the main screen that has the chart's questions measured and shows what is known."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import getters, work
from textual.screen import Screen

from flowchart.errors import UserError
from flowchart.evidence import Facts
from flowchart.runs.broken import why_broken
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import cancel
from flowchart.runs.progress import Progress
from flowchart.walk import Walk
from tui.following import ACTIVE
from tui.glyphs import Glyphs
from tui.panes.question import QuestionPane
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.app import NerTuiApp


class MeasuringScreen(Screen[None]):
    """A screen with a question pane, whose questions are measured in child processes.

    Attributes:
        walk: The walk.
        glyphs: The signs to draw with.
        facts: What is known about the data: read when a run has ended, not on every key.
        measured_by: The run that measures, or measured last.
        measuring: What is being measured now, in words; "" for nothing.
    """

    app: NerTuiApp

    question = getters.query_one("#question", QuestionPane)
    status_line = getters.query_one(StatusLine)

    def __init__(self, walk: Walk, glyphs: Glyphs) -> None:
        super().__init__()
        self.walk = walk
        self.glyphs = glyphs
        self.facts = Facts()
        self.measured_by: Run | None = None
        self.measuring = ""
        self._measure_then = False

    def show_box(self, node_id: str | None = None) -> None:
        """Show a box with all that is known about it; without an id the one in hand."""
        self.question.show_box(self.walk.path, self.facts, node_id, measuring=self.measuring)

    @work(group="facts", exclusive=True)
    async def learn(self) -> None:
        """Read what the runs have found out, and show what it says about the box shown."""
        self.facts = await asyncio.to_thread(self.walk.facts)
        self._show_known()

    async def forget(self) -> None:
        """Take out of view what was known, before data is loaded; a measuring of other data ends."""
        for group in ("measure", "facts"):
            self.workers.cancel_group(self, group)
        run = self.measured_by if self.measuring else None
        self.facts, self.measuring, self.measured_by = Facts(), "", None
        self.status_line.show_measuring("")
        self._show_known()
        if run is None:
            return
        if await asyncio.to_thread(self.walk.fits, run):
            self._measure_then = True  # it goes on, and is followed again
        else:
            self.end_run(run)

    @work(group="end")
    async def end_run(self, run: Run) -> None:
        """Cancel a run; why that cannot be done is said."""
        try:
            await asyncio.to_thread(cancel, run)
        except UserError as error:
            self.complain(error)

    def _show_known(self) -> None:
        """Show what is known by now about the box shown."""
        if self.question.node is not None:
            self.show_box(self.question.node.id)
        self.refresh_bindings()

    @work(group="measure", exclusive=True)
    async def measure(self) -> None:
        """Have the questions measured, in a child process, as far as no earlier run has done so."""
        from tui.measuring import compare, measure

        self.measuring = "starting"
        self._show_known()
        try:
            await measure(self.walk, self._show_measuring)
            for fact in self.facts.measured.values():
                if isinstance(fact, dict) and fact.get("refused"):  # a file that somebody named
                    self.complain(UserError(str(fact.get("error"))))
            self.learn()
            if await compare(self.walk):
                self.learn()
        except UserError as error:
            self.measuring = ""
            self.complain(error)

    def _show_measuring(self, run: Run, status: Status, progress: Progress) -> None:
        self.measured_by = run
        active = status in ACTIVE
        part = f" ({progress.done:.0f} of {progress.total:.0f})" if progress.stage == "measure" else ""
        self.measuring = f"{progress.message or progress.stage or 'starting'}{part}" if active else ""
        if progress.facts:
            self.facts = replace(self.facts, measured={**self.facts.measured, **progress.facts})
        self.status_line.show_measuring(self.measuring)
        self._show_known()
        if status in (Status.FAILED, Status.CRASHED):
            why = str((progress.end or {}).get("message") or f"{why_broken(run)}; m measures again")
            self.notify(why, title="Not measured", severity="error", markup=False, timeout=10)

    @work(group="dialog", exclusive=True)
    async def action_measure(self) -> None:
        """Say what the questions are measured with, and measure them."""
        from tui.screens.means import ask_for_means

        means = await ask_for_means(self.app, self.walk)
        if means is None:
            return
        try:
            self.walk.measure_with(**means._asdict())
        except UserError as error:
            self.complain(error)
            return
        if self.measuring and (running := self.measured_by) is not None:
            wanted = await asyncio.to_thread(lambda: self.walk.inquiry.settings)
            if running.settings != wanted:
                self.end_run(running)  # what it finds out is not asked for any more
        if await asyncio.to_thread(self.walk.fresh_check) is None:
            await self.load_again()  # the files have changed: what they hold now is shown, and then measured
            return
        self.learn()
        self.measure()

    async def load_again(self) -> None:
        """Load the data in view anew, and then measure."""
        raise NotImplementedError

    @work(group="dialog", exclusive=True)
    async def action_rows(self) -> None:
        """Open the details of what was measured: the whole table, or the rows behind it."""
        from tui.screens.details import show_details

        evidence, node = self.question.evidence, self.question.node
        if evidence is not None and node is not None:
            run = await asyncio.to_thread(self.walk.inquiry.known_by)
            await show_details(self.app, evidence, node.text, run, self.glyphs)

    def complain(self, error: UserError) -> None:
        """Say what went wrong, in one line; everything else goes on."""
        self.notify(str(error), title="Not done", severity="error", markup=False, timeout=10)
