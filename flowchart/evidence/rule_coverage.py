"""Could rules capture what is looked for? The share of annotated mentions that any pattern matches."""

from __future__ import annotations

from flowchart.evidence.about_rules import advice, between, few, looked, stands, subject, verb
from flowchart.evidence.facts import Evidence, Facts, against, decided, percent, source
from flowchart.graph import Node


def rule_coverage(node: Node, facts: Facts) -> Evidence | None:
    """Hold the share of mentions that the patterns match against the box's threshold.

    A mention is matched when a pattern has its very span and label, whatever other patterns overlap it.
    """
    fact = facts.measured["rules"]
    if node.threshold is None:
        return None
    found = fact["coverage"]
    share, low, high = float(found["share"]), found["low"], found["high"]
    suggestion = decided(share, node.threshold, low, high)
    words = against(suggestion)
    reason = (
        f"{subject(fact)} match{verb(fact)} {percent(share)} of {found['mentions']:,} annotated mentions"
        f"{between(low, high)}, {words} {percent(node.threshold)}; labels with any: "
        f"{found['labels_matched']:,} of {found['labels']:,}{few(fact)}.{looked(fact)}"
    )
    meant = (fact.get("as_meant") or {}).get("coverage", {})
    suggestion, but = stands(suggestion, fact, node.threshold, meant.get("high"))
    rows = tuple(
        (str(each["label"]), f"{each['mentions']:,}", f"{each['matched']:,}", percent(each["share"]))
        for each in found["by_label"]
    )
    return Evidence(
        suggestion=suggestion,
        reason=reason + but,
        value=share,
        unit=node.unit,
        threshold=node.threshold,
        low=low,
        high=high,
        table=(("label", "mentions", "matched", "share"), rows),
        rows="rules",
        advice=advice(fact),
        source=source(facts),
    )
