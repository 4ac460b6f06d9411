"""`ner-tui train-curve`: the learning curve, and whether it still rises."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from flowchart.errors import UserError
from flowchart.runs.folder import Run, find_run
from flowchart.workspace import Workspace
from tui.cli.curve_text import (
    basis_text,
    comparison_text,
    curve_plot,
    curve_table,
    flattery_text,
    forecast_text,
    label_table,
    verdict_text,
)
from tui.cli.data import curve_settings, named
from tui.cli.follow import RunIncompleteError, perform


def run(options: argparse.Namespace) -> int:
    """Train the points and print the curve, or as much of it as there is.

    Raises:
        RunIncompleteError: Some trainings failed; the others are printed.
    """
    data = named(options.ner, options.eval)
    workspace = Workspace.find(options.workspace)
    other = _other(workspace, options.compare) if options.compare else None
    try:
        done, result = perform(workspace, "train-curve", curve_settings(data, options))
    except RunIncompleteError as incomplete:
        _print(options, incomplete.run, incomplete.result, other)
        raise
    _print(options, done, result, other)
    return 0


def _print(
    options: argparse.Namespace, done: Run, result: dict[str, Any], other: dict[str, Any] | None
) -> None:
    if options.json:
        sys.stdout.write(json.dumps({**result, "run": done.id}) + "\n")
        return
    points = result["points"]
    out = basis_text(result) + "\n" + curve_table(points) + flattery_text(result)
    if options.label_stats:
        out += "\n" + label_table(points)
    if options.show_plot:
        out += "\n" + curve_plot(result, other, ascii_only=options.ascii)
    out += "\n" + verdict_text(result) + forecast_text(result)
    if other is not None:
        out += "\n" + comparison_text(result, other)
    sys.stdout.write(out)


def _other(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return the result of the run to compare with, looked up before the training: a typo costs no hour.

    Raises:
        UserError: There is no such run, or it has no curve.
    """
    run = find_run(workspace, name, "train-curve")
    result = run.result()
    if run.recipe != "train-curve" or not result or not result.get("points"):
        raise UserError(f"{run.id}: has no learning curve to compare with; ner-tui runs lists the runs")
    return {**result, "run": run.id}
