"""Are rules alone accurate enough? Their F on the evaluation set, with precision and recall beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.about_rules import advice, between, few, looked, stands, subject, verb
from flowchart.evidence.facts import Evidence, Facts, against, decided, percent, points, source
from flowchart.graph import Node
from flowchart.text import counted

WORST, BEST = 5, 3
"""How many patterns the table has: those with the most wrong entities, and those with the most right ones."""


def rules_score(node: Node, facts: Facts) -> Evidence | None:
    """Hold the F of the patterns alone against the box's threshold.

    The chart says accuracy. F is held against it, because rules that find next to nothing can be right in
    all that they find.
    """
    fact = facts.measured["rules"]
    if node.threshold is None:
        return None
    score = fact["score"]
    value, low, high = float(score["ents_f"]), score["ents_f_low"], score["ents_f_high"]
    suggestion = decided(value, node.threshold, low, high)
    words = against(suggestion)
    interval = f" (95%: {points(low)} to {points(high)})" if low is not None and high is not None else ""
    texts = counted(fact["texts"], "evaluation text")
    reason = (
        f"{subject(fact)} reach{verb(fact)} F {points(value)}{interval} on {texts}, {words} "
        f"{points(node.threshold)}: {_right_and_found(score)}{_contradictions(fact)}{few(fact)}."
        f"{looked(fact)}"
    )
    meant = (fact.get("as_meant") or {}).get("score", {})
    suggestion, but = stands(suggestion, fact, node.threshold, meant.get("ents_f_high"))
    return Evidence(
        suggestion=suggestion,
        reason=reason + but,
        value=value,
        unit=node.unit,
        threshold=node.threshold,
        low=low,
        high=high,
        table=(("label or pattern", "P", "R", "F", "what"), (*_labels(score), *_patterns(fact))),
        rows="rules",
        advice=advice(fact),
        source=source(facts),
    )


def _right_and_found(score: Mapping[str, Any]) -> str:
    """Return precision and recall in words."""
    if not score["tp"] + score["fp"]:
        return "nothing is found"
    right = percent(score["ents_p"]) + between(score["ents_p_low"], score["ents_p_high"])
    found = percent(score["ents_r"]) + between(score["ents_r_low"], score["ents_r_high"])
    return f"of what is found {right} is right, and of the mentions {found} are found"


def _labels(score: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            str(each["label"]),
            points(each["p"]),
            points(each["r"]),
            points(each["f"]) + between_points(each["low"], each["high"]),
            f"{each['support']:,} mentions",
        )
        for each in score["by_label"]
    )


def _patterns(fact: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return the worst patterns, then the best others: of one pattern only the precision means much."""
    worst = fact["wrong"][:WORST]
    best = [each for each in fact["useful"] if each not in worst][:BEST]
    return tuple(
        (
            f"{each['label']} {each['pattern']}",
            points(each["precision"]),
            "",
            "",
            f"{each['entities'] - each['right']:,} wrong of {each['entities']:,}",
        )
        for each in (*worst, *best)
    )


def between_points(low: float | None, high: float | None) -> str:
    """Return an interval of F for a table, or nothing."""
    return f" ({points(low)}-{points(high)})" if low is not None and high is not None else ""


def _contradictions(fact: Mapping[str, Any]) -> str:
    same = int(fact["conflicts"]["same_span"])
    return f"; patterns give the same span different labels: {counted(same, 'time')}" if same else ""
