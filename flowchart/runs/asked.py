"""The run of what is asked for: one that has done it already, or a new one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowchart.data_settings import same_data
from flowchart.dataset.eval_facts import set_is_there
from flowchart.pipelines import pipeline_files
from flowchart.runs.command import command_line
from flowchart.runs.folder import Run, Status, list_runs
from flowchart.workspace import Workspace

NO_DIFFERENCE = ("workers", "executor")
"""Settings that the result does not depend on: where it is computed."""


def new_run(workspace: Workspace, recipe: str, settings: Mapping[str, Any]) -> Run:
    """Make the folder of a run on data; it is not started yet.

    Raises:
        UserError: The folder cannot be made.
    """
    return Run.create(workspace, recipe, settings, inputs_of(settings), command_line(recipe, settings))


def inputs_of(settings: Mapping[str, Any]) -> list[tuple[str, Path]]:
    """Return each file that settings name, with its role; of a pipeline's folder those that tell it apart."""
    files = [(role, Path(str(name))) for role in ("train", "eval") for name in settings.get(role) or ()]
    single = [(role, Path(str(settings[role]))) for role in ("patterns", "config") if settings.get(role)]
    pipelines = [*(settings.get("models") or ()), *filter(None, [settings.get("base_model")])]
    trained = [("model", file) for name in pipelines for file in pipeline_files(Path(str(name)))]
    return [*files, *single, *trained]


def kept_run(workspace: Workspace, recipe: str, settings: Mapping[str, Any]) -> Run | None:
    """Return the newest run of the recipe with the same settings that has finished or still runs.

    One that does not hold any more is none, nor one whose result is gone.
    """
    wanted = _what(settings)
    for run in list_runs(workspace, recipe):
        if _what(run.settings) != wanted or not holds(run):
            continue
        status = run.status()
        if status is Status.RUNNING or (status is Status.FINISHED and run.result() is not None):
            return run
    return None


def holds(run: Run) -> bool:
    """Whether neither the files of a run have changed since, nor its evaluation set was deleted."""
    return run.same_inputs() and set_is_there(run.result() or {})


def is_with(run: Run, settings: Mapping[str, Any]) -> bool:
    """Whether a run was made with these settings, whatever others it has.

    Those that decide how the data is read count even where they are not named.
    """
    if not same_data(run.settings, settings):
        return False
    return all(run.settings.get(key) == value for key, value in settings.items())


def _what(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in NO_DIFFERENCE}
