"""The part of the main screen that trains learning curves, shows them, and lists the runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import PurePath

from textual import getters, work

from flowchart.errors import UserError
from flowchart.runs.asked import is_with
from flowchart.runs.broken import why_broken
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import launch
from flowchart.runs.progress import Progress
from flowchart.text import one_line
from flowchart.walk import Walk
from tui.following import ACTIVE, follow
from tui.glyphs import Glyphs
from tui.panes.metrics import MetricsPane
from tui.screens.measuring import MeasuringScreen


class CurveScreen(MeasuringScreen):
    """A screen with a metrics pane, in which a learning curve is trained and shown."""

    metrics = getters.query_one("#metrics", MetricsPane)

    def __init__(self, walk: Walk, glyphs: Glyphs) -> None:
        super().__init__(walk, glyphs)
        self._curve: Run | None = None
        """The run whose curve is in view."""
        self._curve_status: Status | None = None
        self._curve_progress = Progress()
        self._training: Run | None = None
        self._check: Run | None = None
        """The run that loads the data in view, or has loaded it."""
        self._check_status: Status | None = None
        self._changed: list[str] = []
        """The files that have changed since the data in view was loaded."""

    def bring_to_front(self, name: str) -> None:
        """Go to a pane where one pane has the whole screen."""
        raise NotImplementedError

    @work(group="come-back", exclusive=True)
    async def come_back_to_curve(self) -> None:
        """Show the curve of the data in view, if there is one; a training that goes on is attended to.

        It comes to the front where nobody has chosen another curve. One of other data stays in view as that
        where this data has no curve.
        """
        walk = self.walk
        training, run = await asyncio.to_thread(lambda: (walk.training, walk.curve_run))  # opens many files
        if training is not None:
            self.attend(training)
            if run is None or not walk.session.curve_run:
                run, walk.session.curve_run = training, training.id
        run = run or self.active_run
        if run is not None:
            if await asyncio.to_thread(run.status) in ACTIVE:
                self.metrics.view = "curve"
            self.follow_curve(run)
        else:
            self.workers.cancel_group(self, "curve")
            self._curve, self._curve_status, self._curve_progress = None, None, Progress()
            self.metrics.curve_view.show_nothing()
            self.status_line.show_curve(None, Progress())
        self._lay_over()

    @work(group="dialog", exclusive=True)
    async def action_train(self) -> None:
        """Ask what to train, and train."""
        from tui.screens.train import ask_for_curve

        if not self.walk.session.data:
            self.notify("Open a dataset first (o).", severity="warning", markup=False)
            return
        if self._check_status in (Status.FAILED, Status.CRASHED):
            self.notify("The data could not be loaded: 3 shows why.", severity="warning", markup=False)
            return
        if self.active_run is not None:
            self.notify(
                "A training is running: x cancels it, R lists the runs.", severity="warning", markup=False
            )
            return
        if not await self._data_is_as_it_was():
            return
        node = self.question.node or self.walk.path.current
        answers = await ask_for_curve(self.app, self.walk, node, self.facts)
        if answers is None:
            return
        try:
            run = await asyncio.to_thread(self.walk.new_curve, *answers)
            await asyncio.to_thread(launch, run)
        except UserError as error:
            self.complain(error)
            return
        self.attend(run)
        self.metrics.view = "curve"
        self.bring_to_front("metrics")
        self.follow_curve(run)

    async def look_at_files(self) -> list[str]:
        """Say beside what is shown which files have changed since it was found; return their paths."""
        from flowchart.runs.changed import changed_files
        from tui.panes.data_view import stale

        run = self._check
        if run is None or self._check_status is not Status.FINISHED:
            changed: list[str] = []
        else:
            with suppress(UserError):  # gone: then its hashes are as they were
                await asyncio.to_thread(run.refresh)
            changed = await asyncio.to_thread(changed_files, run)
        if changed != self._changed:
            self._changed = changed
            self.metrics.data_view.show_changed(changed)
            self.question.show_changed(stale(changed) if changed else "")
        return changed

    async def load_again(self) -> None:
        """Load the data in view anew."""
        raise NotImplementedError

    async def _data_is_as_it_was(self) -> bool:
        """Whether to train: of files that have changed since they were loaded, somebody is asked first."""
        from tui.screens.dialogs import Choice

        changed = await self.look_at_files()
        if not changed:
            return True
        answers = [("l", "Load them first, and look"), ("t", "Train on them as they are now"), ("b", "Back")]
        names = ", ".join(PurePath(file).name for file in changed)
        answer = await self.app.push_screen_wait(
            Choice(f"Changed since the data was loaded: {names}", answers)
        )
        if answer == "l":
            await self.load_again()
        return bool(answer == "t")

    def attend(self, run: Run) -> None:
        """Keep a training in hand until it ends, whatever curve is in view, unless another one is already."""
        if self._training is None:
            self._training = run
            self._follow_training(run)

    @work(group="training")
    async def _follow_training(self, run: Run) -> None:
        """Show in the status line how far a training is, and say how it ended."""

        def changed(status: Status, progress: Progress) -> None:
            self.status_line.show_curve(status, progress)
            self.refresh_bindings()

        status = await follow(run, changed)
        self._training = None
        self.status_line.show_curve(self._curve_status, self._curve_progress)
        self.refresh_bindings()
        if status is Status.FINISHED and (self._curve is None or self._curve.id != run.id):
            self._learn_from_curve()
        good = status is Status.FINISHED
        why = str((run.end() or {}).get("message") or "") if status is Status.FAILED else ""
        said = f"train-curve {status.value}" + (f": {one_line(why, 300)}" if why else ".")
        self.notify(said, severity="information" if good else "warning", markup=False)

    def _learn_from_curve(self) -> None:
        self.learn()
        if self.app.options.measure and self._check_status is Status.FINISHED:
            self.measure()  # a tuned training asks to be compared

    @work(group="curve", exclusive=True)
    async def follow_curve(self, run: Run) -> None:
        """Show a run's learning curve, live while it is trained."""
        self._curve = run

        def changed(status: Status, progress: Progress) -> None:
            self._curve_status, self._curve_progress = status, progress
            other = not (is_with(run, self.walk.data_settings) and run.same_inputs())
            result = None if status in ACTIVE else run.result()
            if result is not None:
                progress.take(result)
            log = [why_broken(run), *run.log_tail(4)] if status is Status.CRASHED else ()
            self.metrics.curve_view.show_run(status, progress, log=log, other_data=other)
            if self._training is None:
                self.status_line.show_curve(status, progress)
            self.refresh_bindings()
            if status is Status.FINISHED:
                self._learn_from_curve()

        if await asyncio.to_thread(run.status) is Status.RUNNING:
            self.attend(run)
        await asyncio.to_thread(
            run.same_inputs
        )  # files written anew are read once, and not on the screen's time
        await follow(run, changed)

    @work(group="dialog", exclusive=True)
    async def action_cancel(self) -> None:
        """Cancel the training, or the loading, after asking."""
        from tui.screens.dialogs import Choice

        in_view = self._curve if self._curve_status in ACTIVE else None
        run = in_view or self._training or (self.measured_by if self.measuring else self._check)
        if run is None:
            return
        training = run in (in_view, self._training)
        aside = f" {run.id}, which is not in view" if training and run is not in_view else ""
        answers = [
            ("y", f"Yes, stop it{'; finished points are kept' * training}"),
            ("n", "No, let it go on"),
        ]
        if await self.app.push_screen_wait(Choice(f"Cancel {run.recipe}{aside}?", answers)) == "y":
            self.end_run(run)

    def action_labels(self) -> None:
        """Show or hide single labels."""
        self.metrics.view = "curve"
        self.metrics.curve_view.toggle_labels()

    @work(group="dialog", exclusive=True)
    async def action_runs(self) -> None:
        """List the runs; the one taken is shown in the metrics pane, or laid over the one that is."""
        from tui.screens.runs import RunsScreen

        taken = await self.app.push_screen_wait(RunsScreen(self.walk, self.glyphs))
        if taken is None:
            return
        session, run = self.walk.session, taken.run
        if taken.compare:
            session.compare_run = "" if session.compare_run == run.id else run.id
        else:
            session.curve_run = run.id
            session.compare_run = "" if session.compare_run == run.id else session.compare_run
        try:
            self.walk.save()
        except UserError as error:
            self.complain(error)
        self.metrics.view = "curve"
        if not taken.compare:
            self.follow_curve(run)
        self._lay_over()

    @work(group="compare", exclusive=True)
    async def _lay_over(self) -> None:
        """Lay the curve that somebody chose over the one in view, or take it off."""
        run = self.walk.compare_run
        result = None if run is None else await asyncio.to_thread(run.result)
        if run is None or result is None or not result.get("points"):
            self.metrics.curve_view.lay_over()
        else:
            self.metrics.curve_view.lay_over(run.id, result)

    @property
    def active_run(self) -> Run | None:
        """The training that is running, if one is, whatever curve is in view."""
        return self._training
