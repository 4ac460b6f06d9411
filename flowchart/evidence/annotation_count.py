"""Are there enough annotations? Counted, and said what is counted."""

from __future__ import annotations

from flowchart.evidence.facts import Evidence, Facts
from flowchart.graph import Node


def annotation_count(node: Node, facts: Facts) -> Evidence | None:
    """Count the accepted annotations against the box's threshold.

    An annotation is a task with the answer accept, as Prodigy counts them; texts and spans are told beside
    it, because they differ and people mean either.
    """
    if facts.check is None or node.threshold is None:
        return None
    stages = {stage["stage"]: stage for stage in facts.check["funnel"]}
    accepted, merged = stages["accepted"], stages["merged"]
    count = int(accepted["documents"])
    enough = count > node.threshold
    reason = (
        f"{count:,} accepted annotations, the evaluation set's included ({merged['documents']:,} different "
        f"texts, {merged['spans']:,} spans), are {'' if enough else 'not '}more than {node.threshold:,.0f}."
    )
    return Evidence(
        measure="annotation_count",
        value=count,
        unit=node.unit or "annotations",
        threshold=node.threshold,
        suggestion="YES" if enough else "NO",
        reason=reason,
        source=str(facts.check.get("content_hash", ""))[:12],
    )
