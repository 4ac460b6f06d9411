"""The result of a train-curve as plain text: table, plot, labels, verdict."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from flowchart.text import one_line
from tui.cli.tables import number, score, table, width, wrapped

PLOT_HEIGHT = 18
"""Lines of a plot."""


def curve_table(points: Sequence[Mapping[str, Any]]) -> str:
    """Return the points as a table, each with its change to the one before."""
    rows = []
    before: float | None = None
    for point in points:
        low, high = point.get("ents_f_low"), point.get("ents_f_high")
        interval = "" if low is None or high is None else f"{score(low)} - {score(high)}"
        change = "" if before is None else score(point["ents_f"] - before, "+")
        before = point["ents_f"]
        scores = [score(point.get(key)) for key in ("ents_p", "ents_r")]
        seconds = point.get("seconds")
        rows.append(
            (
                *(f"{point['fraction']:.0%}", number(point.get("docs")), score(before), interval),
                *(*scores, change, "-" if seconds is None else f"{seconds:.0f} s"),
            )
        )
    header = ("%", "texts", "F", "95% interval", "P", "R", "change", "time")
    return table(header, rows, "rrrrrrrr")


def label_table(points: Sequence[Mapping[str, Any]]) -> str:
    """Return P, R and F of each label at the last point, and its F at each point before."""
    if not points:
        return ""
    labels: dict[str, Mapping[str, Any]] = points[-1].get("ents_per_type") or {}
    rows = []
    for label, scores in labels.items():
        earlier = [((point.get("ents_per_type") or {}).get(label) or {}).get("f") for point in points[:-1]]
        cells = [score(scores.get(key)) for key in ("p", "r", "f")]
        rows.append((label, number(scores.get("support")), *cells, *map(score, earlier)))
    header = (
        "label",
        "eval spans",
        "P",
        "R",
        "F",
        *(f"F at {point['fraction']:.0%}" for point in points[:-1]),
    )
    return table(header, rows, "l" + "r" * (len(header) - 1))


def curve_plot(points: Sequence[Mapping[str, Any]], *, ascii_only: bool) -> str:
    """Return the curve drawn as text."""
    from flowchart.curve_plot import draw

    plain = ascii_only or (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    lines = draw(points, min(width(), 90), PLOT_HEIGHT, ascii_only=plain).split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"


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
    """Return what was trained on what, in a line."""
    train, held_out = result.get("train") or {}, result.get("eval") or {}
    source = ", split off" if held_out.get("source") == "split" else ""
    return (
        one_line(
            f"trained on {number(train.get('docs'))} texts ({number(train.get('spans'))} spans), "
            f"evaluated on {number(held_out.get('docs'))} ({number(held_out.get('spans'))} spans{source}), "
            f"seed {result.get('seed', 0)}, {result.get('seconds', 0):.0f} s"
        )
        + "\n"
    )
