"""Is the model good enough? Its F with the interval, against the person's own target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flowchart.doubt_text import by_experience, flattery_of
from flowchart.evidence.facts import Evidence, Facts, decided, points
from flowchart.evidence.training import curve_of, untrained
from flowchart.graph import Node
from flowchart.records import number_of, rows_of, table_of


def _rests_on(point: Mapping[str, Any], low: float | None, flattered: float) -> str:
    """Return what the interval of an F rests on and leaves out, to stand before a full stop."""
    chosen = (
        f". Kept as the best of several evaluations on these texts, F is about {points(flattered)} too high"
    )
    seed_sd = number_of(point.get("ents_f_seed_sd"))
    by_seed = seed_sd is not None and low is not None
    repeats = int(number_of(point.get("repeats")) or 1)
    return chosen * bool(flattered) + (by_experience(seed_sd, repeats) if by_seed else "")


def target(node: Node, facts: Facts) -> Evidence | None:
    """Hold the F of the training on all texts against the target.

    A threshold of the box counts where the person has not said a target. An F without an interval, of too few
    evaluation texts, is held against nothing.
    """
    wanted = facts.target if facts.target is not None else node.threshold
    curve = curve_of(node, facts)
    points_of_curve = list(rows_of((curve or {}).get("points")))
    last = points_of_curve[-1] if points_of_curve else {}
    score = number_of(last.get("ents_f"))
    if score is None or number_of(last.get("fraction")) != 1:
        reason = "No model has been trained on all of this data yet."
        return untrained(replace(node, threshold=wanted), facts, reason)
    low, high = number_of(last.get("ents_f_low")), number_of(last.get("ents_f_high"))
    measured = f"F is {points(score)}"
    if low is not None and high is not None:
        measured += f", its 95% interval {points(low)} to {points(high)}"
    flattered = flattery_of(last)
    measured += f" on {int(number_of(table_of(curve or {}, 'eval').get('docs')) or 0):,} evaluation texts"
    labels = sorted(
        table_of(last, "ents_per_type").items(), key=lambda each: number_of(each[1].get("f")) or 0.0
    )
    rows = tuple(
        (
            str(name),
            f"{label.get('support', 0):,}",
            *(points(number_of(label.get(key)) or 0) for key in "fpr"),
        )
        for name, label in labels
    )
    evidence = Evidence(
        suggestion="CAN'T TELL",
        reason=f"{measured}; say which F would be good enough for your use.",
        value=score,
        unit=node.unit or "F",
        low=low,
        high=high,
        table=(("label", "eval spans", "F", "P", "R"), rows),
        needs="target",
        source=str((curve or {}).get("run", "")),
    )
    if wanted is None:
        return evidence
    # Chosen as the best on these texts, F is too high: a YES has to hold without that.
    suggestion = decided(score, wanted, None if low is None else low - flattered, high)
    held = {"YES": "all of it above", "NO": "all of it below", "CAN'T TELL": "on both sides of"}[suggestion]
    if suggestion == "CAN'T TELL" and low is not None and low > wanted:
        held = "not surely above"
    if low is None or high is None:
        held = "too few of them have a span to hold that against"
    return replace(
        evidence,
        suggestion=suggestion,
        reason=f"{measured}: {held} the target of {points(wanted)}{_rests_on(last, low, flattered)}.",
        needs="",
        threshold=wanted,
        threshold_from="your target" if facts.target is not None else "",
    )
