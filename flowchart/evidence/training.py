"""Which training answers a box: one from a blank model, or one that trained a pipeline further."""

from __future__ import annotations

from typing import Any

from flowchart.evidence.facts import Evidence, Facts
from flowchart.graph import Node


def curve_of(node: Node, facts: Facts) -> dict[str, Any] | None:
    """Return the result of the learning curve that the box's lane asks about; None when there is none."""
    return facts.updated if node.updates else facts.curve


def steps_of(node: Node, facts: Facts) -> dict[str, Any] | None:
    """Return the result of the curve whose last step the box's lane asks about; None when there is none."""
    return (facts.updated_steps if node.updates else facts.steps) or curve_of(node, facts)


def untrained(node: Node, facts: Facts, reason: str, *, needs: str = "") -> Evidence | None:
    """Return that a training is lacking, and which; None where no data is open that one could be of.

    Args:
        node: The box.
        facts: What is known.
        reason: What is lacking, in a sentence.
        needs: A key of `NEEDS`; the curve of the box's lane when left out.
    """
    if not facts.measured and facts.check is None:
        return None
    return Evidence(
        suggestion="CAN'T TELL",
        reason=reason,
        unit=node.unit or "F",
        threshold=node.threshold,
        needs=needs or ("updating" if node.updates else "training"),
    )
