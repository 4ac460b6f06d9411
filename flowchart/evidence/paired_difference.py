"""Did the tuning help? The paired difference of F, tuned against default, on the same evaluation texts."""

from __future__ import annotations

from flowchart.evidence.facts import Evidence, Facts, points
from flowchart.evidence.training import curve_of, untrained
from flowchart.graph import Node
from flowchart.records import number_of


def paired_difference(node: Node, facts: Facts) -> Evidence | None:
    """Take the comparison of the training with other hyperparameters and the default one.

    YES when the whole interval lies above the box's threshold; NO when it lies below half a point of F above
    it, which is the smallest gain that matters, as at the end of a learning curve.
    """
    fact = facts.measured.get("tuning_updated" if node.updates else "tuning")
    if fact is None:
        reason = "There is no training with other hyperparameters to compare the default one with."
        return untrained(node, facts, reason, needs="tuning" * (curve_of(node, facts) is not None))
    threshold = node.threshold or 0.0
    value, low, high = (float(fact[key]) for key in ("difference", "low", "high"))
    smallest = float(fact.get("smallest_gain", 0.005))
    suggestion = "YES" if low > threshold else "NO" if high < threshold + smallest else "CAN'T TELL"
    repeats = int(number_of(fact.get("repeats")) or 1)
    over = f" over {repeats} repeats" if repeats > 1 else "; one repeat each, so the seeds' part is unknown"
    reason = (
        f"F {points(float(fact['tuned']))} with {fact['what']} against {points(float(fact['default']))}: "
        f"{100 * value:+.1f} points, 95% interval {100 * low:+.1f} to {100 * high:+.1f}{over}."
    )
    return Evidence(
        suggestion=suggestion,  # type: ignore[arg-type]
        reason=reason,
        value=value,
        unit=node.unit or "F",
        threshold=threshold,
        low=low,
        high=high,
        source=str(fact.get("tuned_run", "")),
    )
