"""Somebody's walk through a chart in a workspace: every answer on disk before the next question is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from flowchart import data_settings, graph, session
from flowchart.errors import UserError
from flowchart.evidence import Facts, as_record, measure
from flowchart.path import Path, Step
from flowchart.runs.asked import holds, is_with, new_run
from flowchart.runs.command import unusual
from flowchart.runs.folder import Run, Status, list_runs
from flowchart.session import Session
from flowchart.workspace import Workspace

if TYPE_CHECKING:
    from flowchart.inquiry import Inquiry


class Walk:
    """The chart, the path so far, the data and the runs: what the app shows and every command works on.

    Attributes:
        workspace: Where everything is kept.
        chart: The chart that is walked.
        path: The path so far.
        session: What else is remembered between starts.
        remarks: What did not fit at the start, in words for the person; empty when all did.
    """

    def __init__(self, workspace: Workspace, chart_file: FilePath | None = None) -> None:
        """Open the walk that the workspace holds, or begin one.

        Args:
            workspace: The workspace; it need not exist yet.
            chart_file: Another chart, its file or packaged name. Without it that of the last start is taken.

        Raises:
            UserError: The chart or the session cannot be read.
        """
        self.workspace = workspace
        self.session: Session = session.load(workspace)
        self.remarks: list[str] = []
        kept = FilePath(self.session.chart) if self.session.chart else None
        file = graph.chart_file(chart_file) if chart_file else kept
        self.chart = graph.load(file, workspace.override)
        self.session.chart = str(file) if file else ""
        self.path, lost = Path.from_dict(self.chart, self.session.path)
        self.remarks.extend(lost)

    def save(self) -> None:
        """Put the walk on disk, whole.

        Raises:
            UserError: It cannot be written; what was on disk stands.
        """
        self.workspace.create()
        self.session.path = self.path.to_dict()
        session.save(self.workspace, self.session)

    def answer(self, answer: graph.Answer, facts: Facts) -> Step:
        """Answer the box in hand, save, and stand on the next.

        Args:
            answer: The answer.
            facts: What is known about the data; what it says about the question is kept with the step.

        Raises:
            ValueError: The box in hand has no such way on.
            UserError: The answer could not be saved; it is taken back, so that screen and disk agree.
        """
        evidence = measure(self.path.current, facts)
        step = self.path.answer(answer)
        if evidence is not None:
            step.suggestion, step.evidence = evidence.suggestion, as_record(evidence)
        try:
            self.save()
        except UserError:
            self.path.undo()
            raise
        return step

    def undo(self) -> Step | None:
        """Take the last answer back and save; None when there is none.

        Raises:
            UserError: It could not be saved; the answer stands.
        """
        before = Path.from_dict(self.chart, self.path.to_dict())[0]
        step = self.path.undo()
        if step is not None:
            try:
                self.save()
            except UserError:
                self.path = before
                raise
        return step

    def last_step_on(self, node_id: str) -> int | None:
        """Return the place of the last step taken on a box, or None when the path has not been there."""
        places = [place for place, step in enumerate(self.path.steps) if step.node == node_id]
        return places[-1] if places else None

    def write_note(self, text: str, step: int | None = None) -> None:
        """Put a note on the box in hand, or on a step already taken, and save.

        Raises:
            UserError: It could not be saved; the old note stands.
        """
        before = self.path.pending_note if step is None else self.path.steps[step].note
        self._put_note(text, step)
        try:
            self.save()
        except UserError:
            self._put_note(before, step)
            raise

    def _put_note(self, text: str, step: int | None) -> None:
        if step is None:
            self.path.pending_note = text
        else:
            self.path.note(step, text)

    def take_up(
        self, data: Sequence[FilePath], evaluation: Sequence[FilePath], given: Mapping[str, Any]
    ) -> None:
        """Open what a command line names, with what it says of it; what it does not say stays as it was set.

        Args:
            data: Training files; none for the dataset of the last time.
            evaluation: Evaluation files.
            given: Values by the names of `flowchart.session.SETTINGS`.

        Raises:
            UserError: It could not be saved.
        """
        if not data:
            data, evaluation = ([FilePath(name) for name in names] for names in self._files)
        settings = self.session.settings_for(_absolute(data), _absolute(evaluation), given)
        for name, value in settings.items():
            setattr(self.session, name, value)
        self.open_data(data, evaluation)

    def open_data(self, data: Sequence[FilePath], evaluation: Sequence[FilePath]) -> None:
        """Make these files the dataset of this walk; runs of other data go out of view.

        Raises:
            UserError: It could not be saved.
        """
        files = _absolute(data), _absolute(evaluation)
        if files != self._files:
            self.session.data, self.session.eval = files
            self.session.check_run = ""
            self.session.curve_run = self.session.compare_run = ""
        self.save()

    def mend(self, *, fix: bool) -> None:
        """Say whether spans that can only be mended in one way are; runs that did otherwise go out of view.

        Raises:
            UserError: It could not be saved.
        """
        self.session.fix = fix
        self.session.check_run = ""
        self.session.curve_run = self.session.compare_run = ""
        self.save()

    @property
    def _files(self) -> tuple[list[str], list[str]]:
        return self.session.data, self.session.eval

    @property
    def data_settings(self) -> dict[str, object]:
        """The settings that loading the data and training on it have in common."""
        return {
            "train": list(self.session.data),
            "eval": list(self.session.eval),
            "lang": self.session.lang,
            "eval_split": self.session.eval_split,
            "seed": self.session.seed,
            **data_settings.unusual({name: getattr(self.session, name) for name in data_settings.USUAL}),
        }

    def new_check(self) -> Run:
        """Make the folder of a run that loads the dataset; it is not started yet."""
        run = new_run(self.workspace, "check", self.data_settings)
        self.session.check_run = run.id
        self.save()
        return run

    def new_curve(
        self,
        n_samples: int,
        repeats: int = 1,
        target: float = 0.0,
        base_model: str = "",
        overrides: Mapping[str, str] | None = None,
    ) -> Run:
        """Make the folder of a run that trains the learning curve; it is not started yet.

        Args:
            n_samples: The number of points.
            repeats: How often each of them is trained.
            target: The F that would be good enough, 0 to 1; 0 for none.
            base_model: A trained pipeline to train further, its name or folder; "" for a blank model.
            overrides: Values for settings of the config by their dotted names.
        """
        session = self.session
        session.repeats, session.target = repeats, target
        if not overrides:  # what is tried once is not what is asked for the next time
            session.n_samples = n_samples
        given = {"base_model": base_model or None, "overrides": dict(overrides or {})}
        more = unusual({"repeats": repeats, "target": target or None, **given})
        settings = {**self.data_settings, "n_samples": n_samples, "workers": 2, **more}
        run = new_run(self.workspace, "train-curve", settings)
        session.curve_run = run.id
        self.save()
        return run

    def _kept_run(self, run_id: str, recipe: str) -> Run | None:
        """The run of that id, if it is there; else the newest of the same data."""
        if run_id:
            try:
                return Run.open(self.workspace.runs / run_id)
            except UserError:
                self.remarks.append(f"run {run_id} is gone from {self.workspace.runs}")
        if not self.session.data:
            return None
        for run in list_runs(self.workspace, recipe):
            if self.fits(run) and run.status() is Status.FINISHED and run.result() is not None:
                return run
        return None

    def fits(self, run: Run) -> bool:
        """Whether a run is of the data in view, whose files and evaluation set have not changed since."""
        return is_with(run, self.data_settings) and holds(run)

    @property
    def check_run(self) -> Run | None:
        """The run that loaded the dataset last, running or ended."""
        return self._kept_run(self.session.check_run, "check")

    def fresh_check(self) -> Run | None:
        """Return a loading of this dataset that holds: running, or finished and no file changed since.

        One that was never started is none, nor one whose result is gone.
        """
        run = self.check_run
        if run is None or not self.fits(run):
            return None
        status = run.status()
        done = status is Status.FINISHED and run.result() is not None
        return run if done or status is Status.RUNNING else None

    @property
    def curve_run(self) -> Run | None:
        """The run whose learning curve is in view, running or ended."""
        return self._kept_run(self.session.curve_run, "train-curve")

    @property
    def training(self) -> Run | None:
        """The newest training of the data in view that is running."""
        for run in list_runs(self.workspace, "train-curve"):
            if is_with(run, self.data_settings) and run.status() is Status.RUNNING:
                return run
        return None

    @property
    def compare_run(self) -> Run | None:
        """The run whose learning curve is laid over the one in view, if one is and it is still there."""
        if self.session.compare_run:
            try:
                return Run.open(self.workspace.runs / self.session.compare_run)
            except UserError:
                self.session.compare_run = ""
        return None

    @property
    def inquiry(self) -> Inquiry:
        """What is asked about the data in view."""
        from flowchart.inquiry import Inquiry  # not needed for the first frame

        session = self.session
        return Inquiry(
            workspace=self.workspace,
            data=self.data_settings,
            patterns=session.patterns,
            models=tuple(session.models),
            label_map=session.label_map,
            out_of_fold=session.out_of_fold,
            target=session.target or None,
            curve_run=session.curve_run,
        )

    def measure_with(
        self,
        *,
        patterns: str,
        models: list[str],
        label_map: dict[str, str],
        out_of_fold: bool,
        target: float,
    ) -> None:
        """Say what the questions are to be measured with, and save.

        Args:
            patterns: A patterns file; "" for none.
            models: Trained pipelines, names or folders; empty for every installed one.
            label_map: The data's label for a pipeline's label.
            out_of_fold: Whether to look for slips with models trained on each half of the texts.
            target: The F that would be good enough, 0 to 1; 0 for none.

        Raises:
            UserError: It could not be saved.
        """
        session = self.session
        session.out_of_fold = out_of_fold
        session.patterns = str(FilePath(patterns).absolute()) if patterns else ""
        session.models, session.label_map, session.target = models, label_map, target
        self.save()

    def facts(self) -> Facts:
        """Read what is known about the data in view: its runs, as far as no file has changed since."""
        run = self.check_run
        return self.inquiry.facts(run.result() if run is not None and self.fits(run) else None)

    def report(self, *, provenance: bool = False) -> str:
        """Return the path with its evidence as GitHub Markdown."""
        from flowchart.report import render

        results, remarks = [], []
        for run in (self.check_run, self.curve_run):
            result = run.result() if run else None
            results.append({**result, "run": run.id} if run and result else None)
            if run is None or result is None:
                continue
            if not is_with(run, self.data_settings):
                remarks.append(
                    f"the {run.recipe} of {run.id} is of other data than is open now, or of other settings"
                )
            if not run.same_inputs():
                remarks.append(
                    f"files have changed since the {run.recipe} of {run.id}; its numbers are of the old ones"
                )
        made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        check, curve = results
        remarks = list(dict.fromkeys([*self.remarks, *remarks]))
        return render(self.path, check=check, curve=curve, remarks=remarks, provenance=provenance, made=made)


def _absolute(files: Sequence[FilePath]) -> list[str]:
    return [str(file.absolute()) for file in files]
