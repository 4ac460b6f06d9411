"""What is asked about a dataset, and what the runs of a workspace know about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flowchart.curves import Curves, default_and_tuned, is_tuned
from flowchart.evidence import Facts
from flowchart.records import number_of, rows_of
from flowchart.runs.asked import holds, is_with, kept_run, new_run
from flowchart.runs.folder import Run, Status, list_runs
from flowchart.runs.progress import Progress
from flowchart.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """A dataset, and what the chart's questions are to be measured with.

    Attributes:
        workspace: Where the runs are kept.
        data: The settings that loading the data and training on it have in common: train, eval, lang,
            eval_split, seed, and those of `flowchart.data_settings.USUAL` that are other than usual.
        patterns: A patterns file; "" for none.
        models: Trained pipelines to look at, names or folders; empty for every installed one.
        label_map: The data's label for a pipeline's label, where it is other than suggested.
        out_of_fold: Whether to train on each half of the texts and look where the models disagree.
        target: The F that would be good enough, 0 to 1; None when nobody said.
        curve_run: The id of the learning curve that comes before others; "" for none.
    """

    workspace: Workspace
    data: Mapping[str, Any]
    patterns: str = ""
    models: Sequence[str] = ()
    label_map: Mapping[str, str] = field(default_factory=dict)
    out_of_fold: bool = False
    target: float | None = None
    curve_run: str = ""

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings of a run that measures.

        The installed pipelines are among them, since the result is another one when they are others.
        """
        from flowchart.pipelines import installed  # looks through all installed packages

        asked: dict[str, Any] = {**self.data, "models": list(self.models), "label_map": dict(self.label_map)}
        if self.patterns:
            asked["patterns"] = self.patterns
        if self.out_of_fold:
            asked["out_of_fold"] = True
        return {**asked, "pipelines": [f"{pipeline.name}=={pipeline.version}" for pipeline in installed()]}

    def measuring(self) -> Run | None:
        """Return a run that measures this, or has measured it; None when there is none that still holds."""
        return kept_run(self.workspace, "measure", self.settings)

    def known_by(self) -> Run | None:
        """Return the run whose facts count: one that has measured this, or as much of it as there is.

        A measuring that was cancelled, or was killed, has told its first facts. One that was asked for with
        less than the training on each half knows all the rest.
        """
        without = {name: value for name, value in self.settings.items() if name != "out_of_fold"}
        runs = [
            run
            for run in list_runs(self.workspace, "measure")
            if run.settings in (self.settings, without) and holds(run)
        ]
        finished = [run for run in runs if run.status() is Status.FINISHED]
        whole = [run for run in finished if run.settings == self.settings]
        return next(iter([*whole, *finished, *runs]), None)

    def new_measuring(self) -> Run:
        """Make the folder of a run that measures this; it is not started yet.

        Raises:
            UserError: The folder cannot be made.
        """
        return new_run(self.workspace, "measure", self.settings)

    def new_comparison(self) -> Run | None:
        """Make the folder of a run that compares the tuned training with the default one, not started yet.

        None when there are no two to compare, or that was done already.

        Raises:
            UserError: The folder cannot be made.
        """
        tried = [run.settings for run in list_runs(self.workspace, "compare")]  # one that failed fails again
        for runs in self.curves():
            settings = _comparison(runs)
            if settings is not None and settings not in tried:
                return Run.create(self.workspace, "compare", settings, [], "")
        return None

    def curves(self) -> Curves:
        """Return the finished learning curves of the data as it is now, the one that comes first in front."""
        runs = [
            run
            for run in list_runs(self.workspace, "train-curve")
            if is_with(run, self.data) and run.status() is Status.FINISHED and holds(run)
        ]
        return Curves.of(sorted(runs, key=lambda run: run.id != self.curve_run))

    def facts(self, check: dict[str, Any] | None = None) -> Facts:
        """Read what the runs know.

        Args:
            check: The result of loading the data, where it is at hand.
        """
        run = self.known_by()
        result = (run.result() if run is not None else None) or {}
        found = dict(result.get("facts") or (_told(run) if run is not None else {}))
        curves = self.curves()
        for runs, name in ((curves.blank, "tuning"), (curves.updating, "tuning_updated")):
            settings = _comparison(runs)
            compared = kept_run(self.workspace, "compare", settings) if settings is not None else None
            if compared is not None and (comparison := compared.result()) is not None:
                found[name] = comparison
        blank = _in_order(curves.blank, found.get("tuning"))
        updating = _in_order(curves.updating, found.get("tuning_updated"))
        return Facts(
            check=check if check is not None else result.get("check"),
            curve=_first(blank),
            updated=_first(updating),
            steps=_first(run for run in blank if _has_steps(run)),
            updated_steps=_first(run for run in updating if _has_steps(run)),
            measured=found,
            target=self.target,
        )


def _told(run: Run) -> dict[str, Any]:
    """Return the facts that a run has told so far, or before it was cancelled."""
    progress = Progress()
    for event in run.events()[0]:
        progress.fold(event)
    return progress.facts


def _first(runs: Iterable[Run]) -> dict[str, Any] | None:
    run = next(iter(runs), None)
    return None if run is None else {**(run.result() or {}), "run": run.id}


def _in_order(runs: Sequence[Run], comparison: Mapping[str, Any] | None) -> list[Run]:
    """Return the runs in the order in which they answer: what is tried comes after what is known to be good.

    A tuned training comes first only when it was compared and helped.
    """
    low = number_of((comparison or {}).get("low"))
    helped = (comparison or {}).get("tuned_run") if low is not None and low > 0 else None
    return sorted(runs, key=lambda run: (run.id != helped, is_tuned(run.settings)))


def _has_steps(run: Run) -> bool:
    return len(list(rows_of((run.result() or {}).get("points")))) > 1


def _comparison(runs: Sequence[Run]) -> dict[str, Any] | None:
    pair = default_and_tuned(runs)
    if pair is None:
        return None
    of_several = {"tried": pair.tried} if pair.tried > 1 else {}
    return {"default": pair.default.id, "tuned": pair.tuned.id, **of_several}
