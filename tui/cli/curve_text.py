"""The result of a train-curve as plain text: table, plot, labels, verdict, forecast, another run's."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from flowchart.comparison import UNPAIRED, differences, obstacle, remarks
from flowchart.dataset.eval_facts import leakage_line
from flowchart.doubt_text import flattery_line
from flowchart.forecast_text import forecast_lines
from flowchart.support import FEW, FEW_MARK, too_few
from flowchart.text import one_line
from tui.cli.tables import number, score, table, width, wrapped

PLOT_HEIGHT = 18
"""Lines of a plot."""


def curve_table(points: Sequence[Mapping[str, Any]]) -> str:
    """Return the points as a table, each with its change to the one before.

    Of points trained more than once it also says how often, and the standard deviation of F.
    """
    rows = []
    before: float | None = None
    repeated = any((point.get("repeats") or 1) > 1 for point in points)
    for point in points:
        change = "" if before is None else score(point["ents_f"] - before, "+")
        before = point["ents_f"]
        scores = [score(point.get(key)) for key in ("ents_p", "ents_r")]
        seconds = point.get("seconds")
        over = [number(point.get("repeats")), score(point.get("ents_f_sd"))] if repeated else []
        rows.append(
            (
                *(f"{point['fraction']:.0%}", number(point.get("docs")), score(before), _interval(point)),
                *(*over, *scores, change, "-" if seconds is None else f"{seconds:.0f} s"),
            )
        )
    over = ["repeats", "sd of F"] if repeated else []
    header = ("%", "texts", "F", "95% interval", *over, "P", "R", "change", "time")
    return table(header, rows, "r" * len(header))


def label_table(points: Sequence[Mapping[str, Any]]) -> str:
    """Return P, R and F of each label at the last point, and its F at each point before."""
    if not points:
        return ""
    labels: dict[str, Mapping[str, Any]] = points[-1].get("ents_per_type") or {}
    rows = []
    for label, scores in labels.items():
        earlier = [((point.get("ents_per_type") or {}).get(label) or {}).get("f") for point in points[:-1]]
        cells = [score(scores.get(key)) for key in ("p", "r", "f")]
        support = number(scores.get("support")) + (FEW_MARK if too_few(scores) else " ")
        rows.append((label, support, *cells, _interval(scores, "f_"), *map(score, earlier)))
    header = (
        *("label", "eval spans ", "P", "R", "F", "95% interval"),
        *(f"F at {point['fraction']:.0%}" for point in points[:-1]),
    )
    note = f"{FEW_MARK} {FEW}\n" if any(map(too_few, labels.values())) else ""
    return table(header, rows, "l" + "r" * (len(header) - 1)) + note


def curve_plot(result: Mapping[str, Any], other: Mapping[str, Any] | None = None, *, ascii_only: bool) -> str:
    """Return the curve drawn as text, perhaps with another one laid over it."""
    from flowchart.curve_plot import draw_result

    plain = ascii_only or (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    picture = draw_result(
        result,
        min(width(), 90),
        PLOT_HEIGHT,
        ascii_only=plain,
        other=other,
        other_name=str((other or {}).get("run", "the other run")),
    )
    return "\n".join(line.rstrip() for line in picture.split("\n")) + "\n"


def forecast_text(result: Mapping[str, Any]) -> str:
    """Return what more annotations would bring; empty when nothing was said about it."""
    lines = forecast_lines(result, percent=False)
    return "".join(
        wrapped(line, "  ", "Forecast: " if not place else "  ") for place, line in enumerate(lines)
    )


def comparison_text(result: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return another curve's table, and how far the two are apart where their scores may be compared."""
    name = one_line(f"Compared with {other.get('run', 'the other run')}")
    text = f"{name}\n\n{curve_table(other.get('points') or ())}\n"
    why_not = obstacle(result, other)
    if why_not:
        return text + wrapped(f"{why_not[0].upper()}{why_not[1:]}.")
    rows = [
        (
            *(f"{found.fraction:.0%}", *(f"{docs:,.0f}" for docs in found.docs), *map(score, found.scores)),
            *(score(found.change, "+"), _ends(found.low, found.high, "+")),
        )
        for found in differences(result, other)
    ]
    header = ("%", "texts", "its texts", "F", "its F", "difference", "95% interval")
    if rows:
        text += table(header, rows, "r" * len(header)) + wrapped(UNPAIRED)
    else:
        text += "The two have no share of the texts in common.\n"
    return text + "".join(map(wrapped, remarks(result, other)))


def _interval(record: Mapping[str, Any], prefix: str = "ents_f_") -> str:
    return _ends(record.get(f"{prefix}low"), record.get(f"{prefix}high"))


def _ends(low: float | None, high: float | None, sign: str = "") -> str:
    if low is None or high is None:
        return ""
    return f"{score(low, sign)} {'to' if sign else '-'} {score(high, sign)}"


def flattery_text(result: Mapping[str, Any]) -> str:
    """Return by how much choosing the best evaluation flatters F; empty where it does not."""
    line = flattery_line(result)
    return wrapped(line) if line else ""


def verdict_text(result: Mapping[str, Any]) -> str:
    """Return the chart's question with its answer and the reason; empty when there is no verdict."""
    verdict = result.get("verdict")
    if not verdict:
        return ""
    line = f"{verdict.get('question', '')}  {verdict.get('answer', '')}"
    if verdict.get("difference") is not None:
        line += f"  ({score(verdict['difference'], '+')}"
        low, high = verdict.get("low"), verdict.get("high")
        if low is not None and high is not None:
            share = f"{verdict.get('confidence', 0.95):.0%}"
            line += f", {share} interval {score(low, '+')} to {score(high, '+')}"
        line += ")"
    return one_line(line) + "\n" + (wrapped(str(verdict["reason"])) if verdict.get("reason") else "")


def basis_text(result: Mapping[str, Any]) -> str:
    """Return what was trained on what, what of it is known from training, and the memory it took."""
    train, held_out = result.get("train") or {}, result.get("eval") or {}
    source = ", split off" if held_out.get("source") in ("split", "saved") else ""
    repeats = result.get("repeats") or 1
    each = f", {repeats} trainings a point from seed" if repeats > 1 else ", seed"
    lines = [
        f"trained on {number(train.get('docs'))} texts ({number(train.get('spans'))} spans), "
        f"evaluated on {number(held_out.get('docs'))} ({number(held_out.get('spans'))} spans{source})"
        f"{each} {result.get('seed', 0)}, {result.get('seconds', 0):.0f} s"
    ]
    leakage, peak = result.get("leakage") or {}, result.get("peak_mb") or {}
    if leakage.get("exact") or leakage.get("near") or leakage.get("origins"):
        lines.append(leakage_line(result))
    if peak.get("training"):
        memory = [number(round(peak[process])) for process in ("coordinator", "training")]
        lines.append("peak memory {} MB, and {} MB for each training".format(*memory))
    return "".join(one_line(line) + "\n" for line in lines)
