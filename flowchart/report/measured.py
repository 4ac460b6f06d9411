"""What was measured, in the report: the dataset, the learning curve, and what repeats both."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from flowchart.curve_plot import draw_result
from flowchart.data_settings import ROWS, how_read
from flowchart.dataset.eval_facts import OTHER_EVAL, eval_line, leakage_line, same_eval
from flowchart.dataset.funnel import mending_words
from flowchart.doubt_text import flattery_line
from flowchart.forecast_text import forecast_lines
from flowchart.records import Record, number_of, rows_of, table_of, text_of
from flowchart.report.markdown import code, fence, literal, table
from flowchart.support import FEW, FEW_MARK, too_few

PLOT = (76, 18)
"""Cells and lines of the plot: what GitHub shows without a scroll bar."""


def data_section(check: Record | None) -> str:
    """Return the dataset's facts: files, funnel, labels, findings."""
    if not check:
        return ""
    parts = ["## Data\n", _files(check)]
    facts = [f"- Content hash: {code(text_of(check, 'content_hash'))}\n"]
    if text_of(check, "eval_source"):
        facts.append(f"- Evaluation set: {literal(eval_line(check))}\n")
    if known := leakage_line(check):
        facts.append(f"- Leakage: {literal(known)}\n")
    if text_of(check, "lang"):
        facts.append(f"- Language: {code(text_of(check, 'lang'))}\n")
    if how := how_read(check):
        facts.append(f"- Read with {literal(how)}\n")
    parts += ["".join(facts), _funnel(check), _labels(check), _findings(check)]
    return "\n".join(part for part in parts if part)


def curve_section(curve: Record | None, check: Record | None = None) -> str:
    """Return the learning curve: verdict, table, plot, labels.

    Args:
        curve: The result of a train-curve.
        check: The result of the check that stands above it.
    """
    points = list(rows_of(curve.get("points"))) if curve else []
    if not curve or not points:
        return ""
    parts = ["## Learning curve\n", _basis(curve)]
    if check and not same_eval(curve, check):
        parts.append(f"{OTHER_EVAL[0].upper()}{OTHER_EVAL[1:]}.\n")
    parts.append(_verdict(curve))
    plot = draw_result(curve, *PLOT, percent=True)
    flattery = flattery_line(curve)
    parts += [_points(points), f"{literal(flattery)}\n" if flattery else ""]
    parts += [fence(plot.rstrip(), "text"), _forecast(curve), _labels_of_points(points)]
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
        if result and text_of(result, "run"):
            text += f"- run of {recipe} {code(text_of(result, 'run'))}\n"
    commands = newest.get("commands")
    lines = [_check_command(check)] if check and _files(check) else []
    lines += [line for line in commands if isinstance(line, str)] if isinstance(commands, list) else []
    return text + ("\n" + fence("\n".join(lines), "sh") if lines else "")


def _check_command(check: Record) -> str:
    """The command that checks the same files with the same settings."""
    words = ["ner-tui", "check"]
    for file in rows_of(check.get("files")):
        words += ["--eval"] if text_of(file, "role") == "eval" else []
        words.append(text_of(file, "path"))
    if text_of(check, "eval_source") in ("split", "saved"):
        words += ["--eval-split", str(check.get("eval_split"))]
    for option in ("group_by", "lang", "seed"):
        if check.get(option) not in (None, ""):
            words += [f"--{option.replace('_', '-')}", str(check[option])]
    words += ["--fix"] * (check.get("fix") is True)
    if check.get("tokens") == ROWS:
        words += ["--tokens", ROWS]
    for option in ("base_model", "config"):
        if text_of(check, option):
            words += ["--" + option.replace("_", "-"), text_of(check, option)]
    return shlex.join(words)


def _files(check: Record) -> str:
    rows = [
        (
            code(text_of(file, "path")),
            literal(text_of(file, "role")),
            _number(file.get("rows")),
            code(text_of(file, "sha256")),
        )
        for file in rows_of(check.get("files"))
    ]
    return table(("file", "role", "rows", "SHA-256"), rows, "llrl") if rows else ""


def _funnel(check: Record) -> str:
    rows = []
    for stage in rows_of(check.get("funnel")):
        lost = [
            f"{_number(count)} {unit}{literal(str(kind))}"
            for key, unit in (("lost_documents", ""), ("lost_spans", "spans "))
            for kind, count in table_of(stage, key).items()
            if not (unit and kind in table_of(stage, "lost_documents"))
        ]
        lost += [
            f"{_number(count)} {literal(str(kind))} added"
            for kind, count in table_of(stage, "added_documents").items()
        ]
        lost += mending_words(stage)
        counts = [_number(stage.get(key)) for key in ("documents", "spans", "train", "eval")]
        rows.append((literal(text_of(stage, "stage")), *counts, ", ".join(lost)))
    header = ("step", "texts", "spans", "train", "eval", "left out here")
    return table(header, rows, "lrrrrl") if rows else ""


def _labels(check: Record) -> str:
    rows = [
        (
            code(text_of(label, "label")),
            *(_number(label.get(key)) for key in ("spans", "train", "eval", "texts")),
        )
        for label in rows_of(check.get("labels"))
    ]
    return table(("label", "spans", "train", "eval", "texts"), rows, "lrrrr") if rows else ""


def _findings(check: Record) -> str:
    # In a run's result `findings` is a summary, in what `check --json` prints the list of all of them.
    kinds = list(rows_of(table_of(check, "findings").get("kinds")))
    kinds = kinds or list(rows_of(check.get("findings_by_kind")))
    rows = [
        (literal(text_of(kind, "severity")), literal(text_of(kind, "kind")), _number(kind.get("count")))
        for kind in kinds
    ]
    return table(("severity", "finding", "count"), rows, "llr") if rows else ""


def _basis(curve: Record) -> str:
    train, held_out = table_of(curve, "train"), table_of(curve, "eval")
    origin = ", split off" if held_out.get("source") in ("split", "saved") else ""
    return (
        f"Trained on {_number(train.get('docs'))} texts ({_number(train.get('spans'))} spans), evaluated on "
        f"{_number(held_out.get('docs'))} ({_number(held_out.get('spans'))} spans{origin}; hash "
        f"{code(text_of(held_out, 'hash')[:16])}).\n"
    )


def _verdict(curve: Record) -> str:
    verdict = table_of(curve, "verdict")
    if not text_of(verdict, "answer"):
        return ""
    question, answer = literal(text_of(verdict, "question")), literal(text_of(verdict, "answer"))
    return f"{question} **{answer}**. {literal(text_of(verdict, 'reason'))}\n"


def _forecast(curve: Record) -> str:
    """What more annotations would bring."""
    lines = forecast_lines(curve, percent=True)
    return "Forecast:\n\n" + "".join(f"- {literal(line)}\n" for line in lines) if lines else ""


def _points(points: list[Record]) -> str:
    rows = []
    before: float | None = None
    for point in points:
        score = number_of(point.get("ents_f"))
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
    last = table_of(points[-1], "ents_per_type")
    rows, marked = [], False
    for label in last:
        scores = [table_of(table_of(point, "ents_per_type"), label) for point in points]
        row = [_points_of_100(score.get("f")) for score in scores]
        few = too_few(scores[-1])
        marked |= few
        rows.append((code(str(label)), _number(scores[-1].get("support")) + FEW_MARK * few, *row))
    header = ("label", "eval spans", *(f"F at {_percent(point.get('fraction'))}" for point in points))
    note = f"\n{literal(f'{FEW_MARK} {FEW}')}\n" if marked else ""
    return table(header, rows, "lr" + "r" * len(points)) + note if rows else ""


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else "-"


def _percent(value: object) -> str:
    number = number_of(value)
    return "-" if number is None else f"{number:.0%}"


def _points_of_100(value: object) -> str:
    number = number_of(value)
    return "-" if number is None else f"{100 * number:.1f}"
