"""What a curve's forecast says, in lines for people: never without its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.records import number_of, table_of
from flowchart.text import one_line


def forecast_lines(curve: Mapping[str, Any], *, percent: bool) -> list[str]:
    """Return what more annotations would bring, a line each; whatever is in the result, this never raises.

    Args:
        curve: A train-curve result; one without a forecast has no lines.
        percent: Whether to write F as 74.7 instead of 0.747.
    """
    forecast = table_of(curve, "forecast")
    share = f"{number_of(forecast.get('confidence')) or 0.9:.0%}"
    double, gain, target = (table_of(forecast, key) for key in ("at_double", "per_gain", "target"))
    lines = []
    docs, score = number_of(double.get("docs")), number_of(double.get("ents_f"))
    if docs is not None and score is not None:
        low, high = (_score(double.get(key), percent=percent) for key in ("low", "high"))
        between = f", {share} interval {low} to {high}" if low and high else ""
        lines.append(f"at {docs:,.0f} texts: F {_score(score, percent=percent)}{between}")
    points = number_of(gain.get("gain"))
    if points is not None:
        unit = "" if percent else " points of F"
        lines.append(more_line(gain, f"{100 * points:+.1f}{unit}", share))
    wanted = number_of(target.get("ents_f"))
    if wanted is not None:
        lines.append(more_line(target, f"F {_score(wanted, percent=percent)}", share))
    reason = forecast.get("reason")  # with a forecast it says the same once more
    if isinstance(reason, str) and reason and not lines:
        lines.append(one_line(reason))
    return lines


def more_line(record: Mapping[str, Any], what: str, share: str) -> str:
    """Return how many more annotations something takes.

    Args:
        record: `more_docs`, `low`, `high` and `reachable` of a forecast's `per_gain` or `target`.
        what: What it takes them for, in words.
        share: The share of the interval, in words.
    """
    more, low, high = (number_of(record.get(key)) for key in ("more_docs", "low", "high"))
    if record.get("reachable") is False or more is None:
        best = "" if low is None else f"; at best after about {low:,.0f} more annotations"
        return f"{what}: not reachable on this trend (up to twice today's data{best})"
    end = "beyond twice today's data" if high is None else f"{high:,.0f}"
    if more <= 0:
        return f"{what}: reached with today's data" + (
            f", {share} interval to {end} more" if high != 0 else ""
        )
    return f"about {more:,.0f} more annotations for {what}, {share} interval {low or 0:,.0f} to {end}"


def _score(value: object, *, percent: bool) -> str:
    score = number_of(value)
    return "" if score is None else f"{100 * score:.1f}" if percent else f"{score:.3f}"
