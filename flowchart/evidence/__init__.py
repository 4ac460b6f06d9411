"""What the data says about a chart's questions: one measure for each name that a chart may give.

A measure looks at facts that runs have found out already, and answers at once; whatever takes work is a run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flowchart.evidence.annotation_count import annotation_count
from flowchart.evidence.facts import Evidence, Facts
from flowchart.evidence.last_step import last_step
from flowchart.graph import Node

__all__ = ["MEASURES", "Evidence", "Facts", "as_record", "measure"]

MEASURES: dict[str, Callable[[Node, Facts], Evidence | None]] = {
    "annotation_count": annotation_count,
    "last_step": last_step,
}
"""The measures, by the names that a chart's `measure` may have."""


def measure(node: Node, facts: Facts) -> Evidence | None:
    """Return what the facts say about a box's question.

    None when the box asks nothing that is measured yet, or the facts are missing or not what they should be.
    """
    by = MEASURES.get(node.measure)
    try:
        return by(node, facts) if by is not None else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # a result file of another version: no evidence is better than a wrong one


def as_record(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as plain data, to be kept with a step."""
    return asdict(evidence)
