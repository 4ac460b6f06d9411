"""Are there enough annotations? Counted, and said what is counted."""

from __future__ import annotations

from typing import Any

from flowchart.evidence.facts import Evidence, Facts
from flowchart.graph import Node
from flowchart.records import rows_of
from flowchart.text import counted

FEW_SPANS = 50
"""Below so many spans a label is hard to learn: NEW_LABEL_THRESHOLD of `spacy debug data`."""


def annotation_count(node: Node, facts: Facts) -> Evidence | None:
    """Count the accepted annotations against the box's threshold.

    An annotation is a task with the answer accept, as Prodigy counts them; texts and spans are told beside
    it, because they differ and people mean either. Where the box has a limit `additional`, so many on top of
    what a pipeline was trained on are enough: all of these count as such, since it has not seen them.
    """
    if facts.check is None or node.threshold is None:
        return None
    stages = {stage["stage"]: stage for stage in facts.check["funnel"]}
    accepted, merged = stages["accepted"], stages["merged"]
    count = int(accepted["documents"])
    additional = node.limits.get("additional")
    threshold = node.threshold if additional is None else min(node.threshold, additional)
    enough = count > threshold
    than = f"{node.threshold:,.0f}"
    if additional is not None and count <= node.threshold:  # none of them has been learnt from yet
        than = f"{additional:,.0f} on top of what a trained pipeline has learnt from"
    reason = (
        f"{counted(count, 'accepted annotation')}, the evaluation set's included ({merged['documents']:,} "
        f"different texts, {merged['spans']:,} spans as written), are "
        f"{'' if enough else 'not '}more than {than}."
    )
    labels = sorted(rows_of(facts.check.get("labels")), key=lambda label: label.get("spans", 0))
    return Evidence(
        value=count,
        unit=node.unit or "annotations",
        threshold=threshold,
        suggestion="YES" if enough else "NO",
        reason=reason,
        table=(
            ("label", "spans", "train", "eval", "texts"),
            tuple(
                (str(label["label"]), *(f"{label[key]:,}" for key in ("spans", "train", "eval", "texts")))
                for label in labels
            ),
        ),
        advice="" if enough else _advice(int(threshold) - count + 1, labels),
        source=str(facts.check.get("content_hash", ""))[:12],
    )


def _advice(missing: int, labels: list[Any]) -> str:
    text = f"Annotate about {missing:,} more"
    rare = [label for label in labels if label["train"] < FEW_SPANS]
    if rare:
        named = ", ".join(f"{label['label']} ({label['train']})" for label in rare[:5])
        return f"{text}, first of the labels with fewer than {FEW_SPANS} spans to learn from: {named}."
    if len(labels) > 1:
        named = ", ".join(f"{label['label']} ({label['spans']:,})" for label in labels[:3])
        return f"{text}; the rarest labels are {named}."
    return f"{text}."
