"""What was measured, in the report: the dataset, the learning curve, and what repeats both."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from flowchart.curve_plot import draw
from flowchart.report.markdown import code, fence, literal, table

Record = Mapping[str, Any]

PLOT = (76, 18)
"""Cells and lines of the plot: what GitHub shows without a scroll bar."""


def data_section(check: Record | None) -> str:
    """Return the dataset's facts: files, funnel, labels, findings."""
    if not check:
        return ""
    parts = ["## Data\n", _files(check)]
    facts = [f"- Content hash: {code(_text(check, 'content_hash'))}\n"]
    source = _text(check, "eval_source")
    if source == "split":
        share, seed = _percent(check.get("eval_split")), _number(check.get("seed"))
        facts.append(f"- Evaluation set: {share} of the texts, split off with seed {seed}\n")
    elif source == "file":
        facts.append("- Evaluation set: a file of its own\n")
    if _text(check, "lang"):
        facts.append(f"- Language: {code(_text(check, 'lang'))}\n")
    parts += ["".join(facts), _funnel(check), _labels(check), _findings(check)]
    return "\n".join(part for part in parts if part)


def curve_section(curve: Record | None) -> str:
    """Return the learning curve: verdict, table, plot, labels."""
    points = list(_rows(curve or {}, "points"))
    if not curve or not points:
        return ""
    parts = ["## Learning curve\n", _basis(curve), _verdict(curve)]
    parts += [_points(points), fence(draw(points, *PLOT).rstrip(), "text"), _labels_of_points(points)]
    return "\n".join(part for part in parts if part)


def reproduce_section(check: Record | None, curve: Record | None) -> str:
    """Return versions, seeds and the commands that do it again."""
    newest = curve or check
    if not newest:
        return ""
    text = "## Reproduce\n\n"
    facts = newest.get("versions")
    if isinstance(facts, Mapping):
        text += "".join(f"- {literal(str(name))} {code(str(value))}\n" for name, value in facts.items())
    text += f"- seed {_number(newest.get('seed'))}\n"
    for recipe, result in (("check", check), ("train-curve", curve)):
        if result and _text(result, "run"):
            text += f"- run of {recipe} {code(_text(result, 'run'))}\n"
    commands = newest.get("commands")
    lines = [_check_command(check)] if check and _files(check) else []
    lines += [line for line in commands if isinstance(line, str)] if isinstance(commands, list) else []
    return text + ("\n" + fence("\n".join(lines), "sh") if lines else "")


def _check_command(check: Record) -> str:
    """The command that checks the same files with the same settings."""
    words = ["ner-tui", "check"]
    for file in _rows(check, "files"):
        words += ["--eval"] if _text(file, "role") == "eval" else []
        words.append(_text(file, "path"))
    if _text(check, "eval_source") == "split":
        words += ["--eval-split", str(check.get("eval_split"))]
    for option in ("lang", "seed"):
        if option in check:
            words += [f"--{option}", str(check[option])]
    return shlex.join(words)


def _files(check: Record) -> str:
    rows = [
        (
            code(_text(file, "path")),
            literal(_text(file, "role")),
            _number(file.get("rows")),
            code(_text(file, "sha256")),
        )
        for file in _rows(check, "files")
    ]
    return table(("file", "role", "rows", "SHA-256"), rows, "llrl") if rows else ""


def _funnel(check: Record) -> str:
    rows = []
    for stage in _rows(check, "funnel"):
        lost = [
            f"{_number(count)} {unit}{literal(str(kind))}"
            for key, unit in (("lost_documents", ""), ("lost_spans", "spans "))
            for kind, count in _table(stage, key).items()
            if not (unit and kind in _table(stage, "lost_documents"))
        ]
        counts = [_number(stage.get(key)) for key in ("documents", "spans", "train", "eval")]
        rows.append((literal(_text(stage, "stage")), *counts, ", ".join(lost)))
    header = ("step", "texts", "spans", "train", "eval", "left out here")
    return table(header, rows, "lrrrrl") if rows else ""


def _labels(check: Record) -> str:
    rows = [
        (
            code(_text(label, "label")),
            *(_number(label.get(key)) for key in ("spans", "train", "eval", "texts")),
        )
        for label in _rows(check, "labels")
    ]
    return table(("label", "spans", "train", "eval", "texts"), rows, "lrrrr") if rows else ""


def _findings(check: Record) -> str:
    # In a run's result `findings` is a summary, in what `check --json` prints the list of all of them.
    kinds = list(_rows(_table(check, "findings"), "kinds")) or list(_rows(check, "findings_by_kind"))
    rows = [
        (literal(_text(kind, "severity")), literal(_text(kind, "kind")), _number(kind.get("count")))
        for kind in kinds
    ]
    return table(("severity", "finding", "count"), rows, "llr") if rows else ""


def _basis(curve: Record) -> str:
    train, held_out = _table(curve, "train"), _table(curve, "eval")
    origin = ", split off" if held_out.get("source") == "split" else ""
    return (
        f"Trained on {_number(train.get('docs'))} texts ({_number(train.get('spans'))} spans), evaluated on "
        f"{_number(held_out.get('docs'))} ({_number(held_out.get('spans'))} spans{origin}; hash "
        f"{code(_text(held_out, 'hash')[:16])}).\n"
    )


def _verdict(curve: Record) -> str:
    verdict = _table(curve, "verdict")
    if not _text(verdict, "answer"):
        return ""
    question, answer = literal(_text(verdict, "question")), literal(_text(verdict, "answer"))
    return f"{question} **{answer}**. {literal(_text(verdict, 'reason'))}\n"


def _points(points: list[Record]) -> str:
    rows = []
    before: float | None = None
    for point in points:
        score = _finite(point.get("ents_f"))
        change = "" if before is None or score is None else f"{100 * (score - before):+.1f}"
        low, high = (_points_of_100(point.get(key)) for key in ("ents_f_low", "ents_f_high"))
        rows.append(
            (
                _percent(point.get("fraction")),
                _number(point.get("docs")),
                _points_of_100(score),
                "" if "-" in (low, high) else f"{low} to {high}",
                _points_of_100(point.get("ents_p")),
                _points_of_100(point.get("ents_r")),
                change,
            )
        )
        before = score
    return table(("%", "texts", "F", "95% interval", "P", "R", "change"), rows, "rrrrrrr")


def _labels_of_points(points: list[Record]) -> str:
    """F of each label at each point, and its support."""
    last = _table(points[-1], "ents_per_type")
    rows = []
    for label in last:
        scores = [_table(_table(point, "ents_per_type"), label) for point in points]
        row = [_points_of_100(score.get("f")) for score in scores]
        rows.append((code(str(label)), _number(scores[-1].get("support")), *row))
    header = ("label", "eval spans", *(f"F at {_percent(point.get('fraction'))}" for point in points))
    return table(header, rows, "lr" + "r" * len(points)) if rows else ""


def _rows(record: Record, key: str) -> Iterator[Record]:
    value = record.get(key)
    return (row for row in value if isinstance(row, Mapping)) if isinstance(value, list) else iter(())


def _table(record: Record, key: object) -> Record:
    value = record.get(key)  # type: ignore[call-overload]
    return value if isinstance(value, Mapping) else {}


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else "-"


def _percent(value: object) -> str:
    number = _finite(value)
    return "-" if number is None else f"{number:.0%}"


def _points_of_100(value: object) -> str:
    number = _finite(value)
    return "-" if number is None else f"{100 * number:.1f}"
