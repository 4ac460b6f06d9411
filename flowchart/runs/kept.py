"""Finding a run that has done already what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.dataset.eval_facts import set_is_there
from flowchart.runs.folder import Run, Status, list_runs
from flowchart.workspace import Workspace

NO_DIFFERENCE = ("workers", "executor")
"""Settings that the result does not depend on: where it is computed."""


def kept_run(workspace: Workspace, recipe: str, settings: Mapping[str, Any]) -> Run | None:
    """Return the newest run of the recipe with the same settings that has finished or still runs.

    One on files that have changed, or on an evaluation set that was deleted, is none.
    """
    wanted = _what(settings)
    for run in list_runs(workspace, recipe):
        same = _what(run.settings) == wanted and run.same_inputs()
        if same and run.status() in (Status.RUNNING, Status.FINISHED) and set_is_there(run.result() or {}):
            return run
    return None


def _what(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in NO_DIFFERENCE}
