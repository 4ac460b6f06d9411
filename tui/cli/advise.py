"""`ner-tui advise`: the chart walked by the evidence alone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from flowchart import graph
from flowchart.advice import Advice, Stop, advise
from flowchart.curves import TRIED
from flowchart.errors import UserError
from flowchart.evidence import Facts, as_record
from flowchart.evidence.facts import Table, alignment
from flowchart.graph import Answer, Flowchart, Node
from flowchart.inquiry import Inquiry
from flowchart.label_map import parse
from flowchart.path import Step
from flowchart.pipelines import chosen_pipeline, name_or_folder
from flowchart.records import rows_of
from flowchart.runs.folder import Run
from flowchart.workspace import Workspace
from tui.cli.data import WORKERS, check_settings, named
from tui.cli.follow import carry_out, done
from tui.cli.output import STDOUT, file_to_write, write
from tui.cli.tables import heading, table, title, wrapped

MOST_LINES = 12
"""Lines of a table in the report; --json has all of them."""


def run(options: argparse.Namespace) -> int:
    """Measure, walk, and print the report."""
    if options.json and options.output == STDOUT:
        raise UserError("--json and -o - both print to standard output; leave one out")
    output = file_to_write(options.output, force=options.force)
    data = named(options.data, options.eval)
    workspace = Workspace.find(options.workspace)
    chart = graph.load(
        graph.chart_file(Path(options.flowchart)) if options.flowchart else None, workspace.override
    )
    inquiry = Inquiry(
        workspace=workspace,
        data=check_settings(data, options),
        patterns=_patterns(options.patterns),
        models=[name_or_folder(name) for name in options.model],
        label_map=parse(",".join(options.map)),
        out_of_fold=options.out_of_fold,
        target=options.target,
    )
    measured, result = done(workspace, "measure", inquiry.settings)
    if (rules := result["facts"].get("rules") or {}).get("refused"):
        raise UserError(str(rules["error"]))
    _refuse(inquiry, result["facts"].get("models") or {})
    _compare(inquiry)
    trainer = _Trainer(inquiry, result) if options.train else None
    advice = advise(chart, inquiry.facts(result["check"]), trainer)
    if options.json:
        sys.stdout.write(json.dumps(_document(advice, measured)) + "\n")
    elif options.output != STDOUT:
        sys.stdout.write(text(chart, advice, options))
    if options.output is not None:
        write(_report(advice, result["check"], inquiry), output)
    return 0


def _refuse(inquiry: Inquiry, fact: dict[str, Any]) -> None:
    """Refuse pipelines and labels that somebody named and that are not there.

    Raises:
        UserError: One is not.
    """
    if inquiry.label_map and fact.get("error"):
        raise UserError(str(fact["error"]))
    for entry in rows_of(fact.get("models")):
        if inquiry.models and entry.get("error"):
            raise UserError(str(entry["error"]))
    for label in fact.get("strange") or ():
        raise UserError(f"--map {label}: no pipeline here has this label; its own label stands first")


class _Trainer:
    """Trains what a question needs."""

    def __init__(self, inquiry: Inquiry, measured: dict[str, Any]) -> None:
        self._inquiry = inquiry
        self._measured = measured

    def __call__(self, need: str, node: Node) -> Facts | None:
        """Train, and return what is known then; None when no training would help."""
        base: dict[str, Any] = {}
        if node.updates:
            name = chosen_pipeline(self._measured["facts"].get("models"))
            if not name:
                return None
            base = {"base_model": name}
        curve = {**self._inquiry.data, "n_samples": 4, "workers": WORKERS, **base}
        if need in ("training", "updating"):
            done(self._inquiry.workspace, "train-curve", curve)
        elif need == "tuning":
            for overrides in TRIED:
                tried = {
                    **curve,
                    "n_samples": 1,
                    "overrides": {name: str(value) for name, value in overrides.items()},
                }
                done(self._inquiry.workspace, "train-curve", tried)
            _compare(self._inquiry)
        else:
            return None
        return self._inquiry.facts(self._measured["check"])


def _compare(inquiry: Inquiry) -> None:
    """Compare tuned trainings with default ones, as far as there are any."""
    while (run := inquiry.new_comparison()) is not None:
        carry_out(run)


def _document(advice: Advice, measured: Run) -> dict[str, Any]:
    path = [_step(step.node, step.answer.value, step.suggestion, step.evidence) for step in advice.path.steps]
    here = advice.path.current
    evidence = as_record(advice.evidence) if advice.evidence is not None else None
    suggestion = advice.evidence.suggestion if advice.evidence is not None else ""
    path.append(_step(here.id, "", suggestion, evidence))
    return {
        "path": path,
        "stopped_at": here.id,
        "stop": advice.stop.value,
        "reason": advice.reason,
        "others": [
            _step(node.id, "", evidence.suggestion, as_record(evidence)) for node, evidence in advice.others
        ],
        "run": measured.id,
    }


def _step(node: str, answer: str, suggestion: str, evidence: dict[str, Any] | None) -> dict[str, Any]:
    return {"node": node, "answer": answer, "suggestion": suggestion, "evidence": evidence}


def text(chart: Flowchart, advice: Advice, options: argparse.Namespace) -> str:
    """Return the walk as plain text: each question with what was measured, and where it ends."""
    out = title(f"{chart.title}: by the data alone") + "\n"
    for place, step in enumerate(advice.path.steps, 1):
        out += _step_text(place, step)
    here = advice.path.current
    where = "End" if advice.stop is Stop.OUTCOME else "Stopped at"
    out += heading(where) + wrapped(here.text)
    if advice.evidence is not None:
        out += wrapped(f"{advice.evidence.suggestion}. {advice.reason}")
        out += _table(advice.evidence.table)
    else:
        out += wrapped(advice.reason)
    if advice.evidence is not None and advice.evidence.needs in HINTS and not options.train:
        out += wrapped(HINTS[advice.evidence.needs])
    if advice.others:
        out += heading("Beside the path")
    for node, evidence in advice.others:
        out += wrapped(f"{node.text}  {evidence.suggestion}", "  ", "")
        out += wrapped(evidence.reason, "  ", "  ")
        if evidence.advice:
            out += wrapped(evidence.advice, "  ", "  ")
    return out


HINTS = {
    "training": "--train trains it; in the app, t does.",
    "updating": "--train trains it.",
    "tuning": "--train tries other hyperparameters.",
    "target": "--target F says it, as --target 0.8.",
    "model": "--model NAME names it, package or folder; pip installs one.",
}
"""How a command gets what is needed."""


def _step_text(place: int, step: Step) -> str:
    answer = "" if step.answer is Answer.NEXT else f"  {step.answer.value.upper()}"
    out = wrapped(f"{step.text}{answer}", "     ", f"{place:>3}. ")
    if step.evidence:
        out += wrapped(str(step.evidence["reason"]), "     ")
    return out


def _table(found: Table | None) -> str:
    if found is None:
        return ""
    header, rows = found
    lines = table(header, rows[:MOST_LINES], alignment(found))
    more = len(rows) - MOST_LINES
    return "\n" + lines + (f"and {more} more\n" if more > 0 else "")


def _patterns(name: str | None) -> str:
    """Return the absolute path of a patterns file; "" for none.

    Raises:
        UserError: It is missing, a directory, or empty, or there are several.
    """
    if not name:
        return ""
    files = named([name])
    if len(files.train) > 1 or files.eval:
        raise UserError(f"{name}: names more than one file; put all patterns into one")
    return str(files.train[0])


def _report(advice: Advice, check: dict[str, Any], inquiry: Inquiry) -> str:
    """Return the walk as Markdown."""
    from datetime import UTC, datetime

    from flowchart.report import render

    facts = inquiry.facts(check)
    curve = facts.steps or facts.curve or facts.updated_steps or facts.updated
    remarks = [f"Walked by the data alone; stopped here. {advice.reason}"]
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return render(advice.path, check=check, curve=curve, remarks=remarks, made=made)
