"""Does the accuracy still rise at the end of the learning curve? With the interval of the difference."""

from __future__ import annotations

from flowchart.evidence.facts import Evidence, Facts
from flowchart.graph import Node


def last_step(node: Node, facts: Facts) -> Evidence | None:
    """Take the curve's verdict: a paired bootstrap of its last step over the evaluation texts."""
    verdict = (facts.curve or {}).get("verdict")
    if not verdict or verdict["answer"] not in ("YES", "NO", "CAN'T TELL"):
        return None
    return Evidence(
        measure="last_step",
        value=float(verdict["difference"]),
        unit=node.unit or "F",
        threshold=node.threshold,
        low=float(verdict["low"]),
        high=float(verdict["high"]),
        suggestion=verdict["answer"],
        reason=str(verdict["reason"]),
        source=str(verdict.get("run", "")),
    )
