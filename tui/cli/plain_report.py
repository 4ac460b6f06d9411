"""What `ner-tui DATA` prints where there is no terminal: the path so far, the data, the learning curve."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from flowchart.dataset.eval_facts import OTHER_EVAL, same_eval
from flowchart.errors import UserError
from flowchart.runs.asked import kept_run
from flowchart.runs.folder import Status
from flowchart.walk import Walk
from flowchart.workspace import Workspace
from tui.cli import RunFailedError
from tui.cli.check_text import check_text
from tui.cli.curve_text import basis_text, curve_plot, curve_table, flattery_text, forecast_text, verdict_text
from tui.cli.data import Data, check_settings, curve_settings
from tui.cli.follow import done
from tui.cli.tables import heading, title, wrapped


def write(options: argparse.Namespace, data: Data | None) -> int:
    """Print the report; what is not there yet is measured first, with its progress on stderr.

    A check or a curve of the same files, unchanged, with the same settings is taken as it is. The workspace's
    session is read and never written: an app may have it open.

    Args:
        options: The options of the command line.
        data: The dataset; None for the one of the session.
    """
    workspace = Workspace.find(options.workspace)
    walk = Walk(workspace, Path(options.flowchart) if options.flowchart else None)
    data = _complete(walk, options, data)
    checked = done(workspace, "check", check_settings(data, options)) if data else None
    out = path_text(walk)
    if checked is not None:
        run, result = checked
        out += heading("Data") + check_text(result, run.folder / "findings.jsonl", 3)
    sys.stdout.write(out)
    sys.stdout.flush()
    if data is not None:
        result = checked[1] if checked is not None else {}
        sys.stdout.write(heading("Learning curve") + _curve_text(workspace, data, options, result))
    else:
        sys.stdout.write("\nNo data yet: name a Prodigy JSONL, or try ner-tui demo.\n")
    return 0


def path_text(walk: Walk) -> str:
    """Return where the path stands and how it came there."""
    path = walk.path
    out = title(walk.chart.title)
    for remark in walk.remarks:
        out += wrapped(f"note: {remark}", "  ")
    for place, step in enumerate(path.steps, 1):
        answer = "" if step.answer.value == "next" else f"  {step.answer.value.upper()}"
        measured = f"  (measured: {step.suggestion.upper()})" if step.suggestion else ""
        out += wrapped(f"{step.text}{answer}{measured}", "     ", f"{place:>3}. ")
        if step.note:
            out += wrapped(step.note, "       ", "     - ")
    box = path.current
    where = "End" if path.finished else "Here"
    rounds = path.rounds(box.id)
    again = f" (round {rounds})" if rounds > 1 else ""
    out += wrapped(f"{box.text}{again}", "      ", f"{where}: ")
    if box.meaning:
        out += wrapped(box.meaning, "      ")
    return out


def _complete(walk: Walk, options: argparse.Namespace, data: Data | None) -> Data | None:
    """Fill in what the options leave open, as the app does; return the dataset, None when there is none."""
    session = walk.session
    if data is None and session.data:
        data = Data(tuple(map(Path, session.data)), tuple(map(Path, session.eval)))
    if data is not None:
        train, evaluation = ([str(file) for file in files] for files in (data.train, data.eval))
        for name, value in session.settings_for(train, evaluation, vars(options)).items():
            setattr(options, name, value)
        options.target = options.target or None
    return data


def _curve_text(
    workspace: Workspace, data: Data, options: argparse.Namespace, checked: dict[str, Any]
) -> str:
    settings = curve_settings(data, options)
    run = kept_run(workspace, "train-curve", settings)
    if options.no_train and (run is None or run.status() is not Status.FINISHED):
        return "not trained yet; leave out --no-train, or use ner-tui train-curve\n"
    try:
        _, result = done(workspace, "train-curve", settings)
    except (UserError, RunFailedError) as error:
        return wrapped(f"no curve: {error}")  # the rest of the report stands all the same
    plot = curve_plot(result, ascii_only=options.ascii)
    numbers = f"{basis_text(result)}\n{plot}\n{curve_table(result['points'])}{flattery_text(result)}"
    other = "" if same_eval(result, checked) else wrapped(f"note: {OTHER_EVAL}")
    return f"{other}{numbers}\n{verdict_text(result)}{forecast_text(result)}"
