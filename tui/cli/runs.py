"""`ner-tui runs`: what runs and has run in a workspace."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowchart.errors import UserError
from flowchart.records import number_of, table_of, text_of
from flowchart.runs.folder import Run, Status, find_run, list_runs
from flowchart.runs.progress import Progress
from flowchart.text import counted, one_line
from flowchart.workspace import Workspace
from tui.cli.curve_text import basis_text, curve_table, flattery_text, verdict_text
from tui.cli.follow import ACTIVE, RunIncompleteError, attend, summary
from tui.cli.tables import table


def run(options: argparse.Namespace) -> int:
    """List the runs, or do something with one."""
    workspace = Workspace.find(options.workspace)
    if options.action == "list":
        if options.run is not None:
            raise UserError(f"runs list takes no run; to look at one: ner-tui runs follow {options.run}")
        return _list(workspace, as_json=options.json)
    if options.run is None:
        raise UserError("which run? name its id, the beginning of it, or last; ner-tui runs lists them")
    chosen = find_run(workspace, options.run)
    if options.action == "follow":
        return _follow(chosen, as_json=options.json)
    from flowchart.runs import process

    if options.action == "cancel":
        if chosen.status() not in ACTIVE:
            raise UserError(f"{chosen.id} has {chosen.status().value} already; nothing to cancel")
        process.cancel(chosen)
    else:
        process.resume(chosen)
    if options.json:
        sys.stdout.write(json.dumps(_facts(chosen)) + "\n")
    elif options.action == "cancel":
        sys.stdout.write(f"cancelled {chosen.id}\n")
    else:
        look = f"ner-tui runs follow {chosen.id}{workspace.option}"
        sys.stdout.write(f"resumed {chosen.id}; look on: {look}\n")
    return 0


def _list(workspace: Workspace, *, as_json: bool) -> int:
    runs = list_runs(workspace)
    if as_json:
        sys.stdout.write(json.dumps([_facts(run) for run in runs]) + "\n")
        return 0
    rows = []
    for run in runs:
        files = [*run.settings.get("train", ()), *(f"eval:{file}" for file in run.settings.get("eval", ()))]
        names = ", ".join(
            ("eval:" if str(file).startswith("eval:") else "") + Path(str(file)).name for file in files
        )
        rows.append((run.id, run.status().value, _outcome(run), names))
    sys.stdout.write(
        table(("run", "status", "result", "data"), rows, "llll") or f"no runs in {_safe(workspace)}\n"
    )
    return 0


def _safe(workspace: Workspace) -> str:
    return one_line(str(workspace.root))


def _outcome(run: Run) -> str:
    """Return what came of a run so far, in a few words."""
    if run.status() in ACTIVE:
        progress = Progress.of(run.settings)
        for event in run.events()[0]:
            progress.fold(event)
        return summary(progress)
    result = run.result()
    if result is None:
        return str((run.end() or {}).get("message") or "")
    points = result.get("points")
    if points:
        answer = (result.get("verdict") or {}).get("answer")
        return f"F {points[-1].get('ents_f', 0):.3f}" + (f", {answer}" if answer else "")
    if run.recipe == "compare":
        return comparison_text(result)
    checked = table_of(result, "check") or result
    total = table_of(checked, "findings").get("total")
    documents = checked.get("documents")
    if not isinstance(documents, int) or not isinstance(total, int):
        return ""
    return f"{counted(documents, 'text')}, {counted(total, 'finding')}"


def comparison_text(result: Mapping[str, Any]) -> str:
    """Return the difference between two trainings in F, with its interval; "" where there is none."""
    difference, low, high = (number_of(result.get(name)) for name in ("difference", "low", "high"))
    if difference is None:
        return ""
    sure = "too few evaluation texts for an interval"
    if low is not None and high is not None:
        sure = f"95%: {100 * low:+.1f} to {100 * high:+.1f}"
    return f"{100 * difference:+.1f} points of F ({sure}) with {one_line(text_of(result, 'what'))}"


def _follow(chosen: Run, *, as_json: bool) -> int:
    if chosen.status() is Status.WAITING:
        option = Workspace(chosen.folder.parent.parent).option
        raise UserError(f"{chosen.id} was never started; start it: ner-tui runs resume {chosen.id}{option}")
    try:
        result = attend(chosen)
    except RunIncompleteError as incomplete:
        _show(chosen, incomplete.result, as_json=as_json)
        raise
    _show(chosen, result, as_json=as_json)
    return 0


def _show(chosen: Run, result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({**result, "run": chosen.id}) + "\n")
    elif chosen.recipe == "train-curve":
        table_of_points = curve_table(result["points"]) + flattery_text(result)
        sys.stdout.write(f"{basis_text(result)}\n{table_of_points}\n{verdict_text(result)}")
    elif chosen.recipe == "compare":
        sys.stdout.write(f"{comparison_text(result)}\n")
    else:
        from tui.cli.check_text import check_text

        checked = table_of(result, "check") or result  # a measure run has loaded the data too
        sys.stdout.write(check_text(checked, chosen.folder / "findings.jsonl", 3))


def _facts(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "recipe": run.recipe,
        "status": run.status().value,
        "created": run.created,
        "settings": run.settings,
        "folder": str(run.folder),
        "end": run.end(),
    }
