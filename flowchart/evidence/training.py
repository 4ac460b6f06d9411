"""Which training answers a box: one from a blank model, or one that trained a pipeline further."""

from __future__ import annotations

from typing import Any

from flowchart.evidence.facts import Facts
from flowchart.graph import Node


def curve_of(node: Node, facts: Facts) -> dict[str, Any] | None:
    """Return the result of the learning curve that the box's lane asks about; None when there is none."""
    return facts.updated if node.updates else facts.curve
