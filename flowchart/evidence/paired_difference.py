"""Did the tuning help? The paired difference of F, tuned against default, on the same evaluation texts."""

from __future__ import annotations

from flowchart.doubt_text import by_experience
from flowchart.evidence.facts import Evidence, Facts, Suggestion, points
from flowchart.evidence.training import curve_of, untrained
from flowchart.graph import Node
from flowchart.records import number_of


def paired_difference(node: Node, facts: Facts) -> Evidence | None:
    """Take the comparison of the training with other hyperparameters and the default one.

    YES when the whole interval lies above the box's threshold; NO when it lies below half a point of F above
    it, which is the smallest gain that matters, as at the end of a learning curve. CAN'T TELL, too, where too
    few evaluation texts have a span for an interval, or no model finds any.
    """
    fact = facts.measured.get("tuning_updated" if node.updates else "tuning")
    if fact is None:
        reason = "There is no training with other hyperparameters to compare the default one with."
        return untrained(node, facts, reason, needs="tuning" * (curve_of(node, facts) is not None))
    threshold = node.threshold or 0.0
    value, tuned, default = (float(fact[key]) for key in ("difference", "tuned", "default"))
    low, high = number_of(fact["low"]), number_of(fact["high"])
    suggestion: Suggestion = "CAN'T TELL"
    reason = f"F {points(tuned)} with {fact['what']} against {points(default)}: "
    if not tuned and not default:
        low = high = None
        reason += "no model finds a single span yet."
    elif low is None or high is None:
        reason += "too few evaluation texts have a span to say how sure that is."
    else:
        smallest = float(fact.get("smallest_gain", 0.005))
        suggestion = "YES" if low > threshold else "NO" if high < threshold + smallest else suggestion
        repeats = int(number_of(fact.get("repeats")) or 1)
        alone = by_experience(number_of(fact.get("seed_sd")), 1)
        over = f" over {repeats} repeats" if repeats > 1 else alone
        reason += f"{100 * value:+.1f} points, 95% interval {100 * low:+.1f} to {100 * high:+.1f}{over}."
        if (tried := int(number_of(fact.get("tried")) or 1)) > 1:
            reason += f" The best of {tried}, chosen on these texts: the interval is wider for that."
    return Evidence(
        suggestion=suggestion,
        reason=reason,
        value=value,
        unit=node.unit or "F",
        threshold=threshold,
        low=low,
        high=high,
        source=str(fact.get("tuned_run", "")),
    )
