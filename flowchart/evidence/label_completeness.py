"""Does the training data have examples of all labels? What the pipeline knows, and they lack, it forgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.about_pipelines import chosen, rows, some, without
from flowchart.evidence.facts import Evidence, Facts, points, source
from flowchart.graph import Node


def label_completeness(node: Node, facts: Facts) -> Evidence | None:
    """Count the labels of the chosen pipeline that the training data has no example of.

    YES, complete, when they are not more than the box's threshold. Labels with fewer examples than the limit
    `examples` are told beside: spaCy's `debug data` warns below 50 (its NEW_LABEL_THRESHOLD).
    """
    fact = facts.measured["models"]
    if node.threshold is None:
        return None
    entry = chosen(fact)
    if entry is None:
        return without(facts, fact)
    own: Mapping[str, Any] = entry["own"]
    missing = [str(label) for label, one in own.items() if not one["train"]]
    enough = node.limits.get("examples", 0)
    few = [str(label) for label, one in own.items() if 0 < one["train"] < enough]
    new = [str(label) for label in entry["new"] if fact["labels"][label]["train"] < enough]
    complete = len(missing) <= node.threshold
    lacks = f"has examples of all {len(own):,} labels of {entry['name']}"
    if missing:
        lacks = f"lacks {len(missing):,} of {len(own):,} labels of {entry['name']}: {some(missing)}"
    return Evidence(
        suggestion="YES" if complete else "NO",
        reason=f"The training data {lacks}{_few(few, new, enough)}.",
        value=len(missing),
        unit=node.unit,
        threshold=node.threshold,
        table=(
            ("label", "means", "training examples", "predicted on evaluation texts", "published F"),
            tuple(
                (str(label), str(one["means"]), f"{one['train']:,}", f"{one['predicted']:,}", _published(one))
                for label, one in sorted(own.items(), key=lambda each: each[1]["train"])
            ),
        ),
        rows=rows(fact),
        advice=_advice(missing, [*few, *new]),
        source=source(facts),
    )


def _few(few: list[str], new: list[str], enough: float) -> str:
    parts = []
    if few:
        parts.append(f"fewer than {enough:,.0f} examples of {some(few)}")
    if new:
        parts.append(f"fewer than {enough:,.0f} of the new {some(new)}")
    return "".join(f"; {part}" for part in parts)


def _advice(missing: list[str], few: list[str]) -> str:
    """Return what to annotate, most urgent first."""
    if not missing and not few:
        return ""
    return (
        f"Add examples of {some([*missing, *few], 12)}: let the pipeline suggest them on your texts, "
        "correct them, and train on both together, so that what it knows is rehearsed. Labels that you "
        "do not need may be forgotten."
    )


def _published(one: Mapping[str, Any]) -> str:
    return points(one["published"]["f"]) if one["published"] is not None else ""
