"""Does the accuracy still rise at the end of the learning curve? With the interval of the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.facts import Evidence, Facts
from flowchart.evidence.training import steps_of, untrained
from flowchart.graph import Node
from flowchart.records import number_of, rows_of


def last_step(node: Node, facts: Facts) -> Evidence | None:
    """Take the curve's verdict: a paired bootstrap of its last step over the evaluation texts."""
    curve = steps_of(node, facts)
    verdict = (curve or {}).get("verdict")
    if not verdict or verdict["answer"] not in ("YES", "NO", "CAN'T TELL"):
        return untrained(node, facts, "No learning curve has been trained on this data yet.")
    if len(list(rows_of((curve or {}).get("points")))) == 1 and verdict.get("from_fraction") is None:
        return untrained(node, facts, "The learning curve has one point, so it has no last step.")
    low, high = number_of(verdict["low"]), number_of(verdict["high"])
    suggestion, reason = verdict["answer"], str(verdict["reason"])
    if suggestion == "CAN'T TELL" and _empty(curve or {}, verdict):
        low = high = None  # no threshold makes more of it
    if node.threshold and low is not None and high is not None:  # the verdict itself is about zero
        smallest = number_of(verdict.get("smallest_gain")) or 0.0
        suggestion = "YES" if low > node.threshold else "CAN'T TELL"
        suggestion = "NO" if high < node.threshold + smallest else suggestion
        reason = f"{reason} Held against {100 * node.threshold:+.1f} points: {suggestion}."
    return Evidence(
        value=number_of(verdict["difference"]),
        unit=node.unit or "F",
        threshold=node.threshold,
        low=low,
        high=high,
        suggestion=suggestion,
        reason=reason,
        advice=_more(curve or {}),
        source=str((curve or {}).get("run", "")),
    )


def _empty(curve: Mapping[str, Any], verdict: Mapping[str, Any]) -> bool:
    """Whether the step says nothing: too few texts have a span for an interval, or no model finds any."""
    step = (verdict.get("from_fraction"), verdict.get("to_fraction"))
    points = [point for point in rows_of(curve.get("points")) if point.get("fraction") in step]
    few = any(number_of(point.get("ents_f_low")) is None for point in points[-1:])
    return bool(points) and (few or not any(number_of(point.get("ents_f")) for point in points))


def _more(curve: dict[str, object]) -> str:
    """What more annotations would bring, in the forecast's own words."""
    from flowchart.forecast_text import forecast_lines

    lines = forecast_lines(curve, percent=True) if any(rows_of(curve.get("points"))) else []
    return f"Forecast: {'; '.join(lines)}." if lines else ""
