"""Which labels of the data does the pipeline lack, and are they many?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.about_pipelines import MAP, chosen, rows, some, without
from flowchart.evidence.facts import Evidence, Facts, judged, percent, source
from flowchart.graph import Node


def new_labels(node: Node, facts: Facts) -> Evidence | None:
    """Count the labels of the data that no label of the chosen pipeline means."""
    fact = facts.measured["models"]
    if node.threshold is None:
        return None
    entry = chosen(fact)
    if entry is None:
        return without(facts, fact)
    new: Mapping[str, Any] = entry["new"]
    more = judged(len(new), node.threshold)
    lacks = f"lacks {some(new)}" if new else f"has all labels of your data ({some(entry['shared'])})"
    reason = (
        f"{entry['name']} {lacks}: {len(new):,} of {len(fact['labels']):,} labels are new to it, "
        f"{'' if more == 'YES' else 'not '}more than {node.threshold:,.0f}."
    )
    return Evidence(
        suggestion=more,
        reason=reason,
        value=len(new),
        unit=node.unit,
        threshold=node.threshold,
        table=(
            ("label", "spans", "the pipeline says something there"),
            tuple((str(label), f"{one['spans']:,}", _share(one)) for label, one in new.items()),
        ),
        rows=rows(fact),
        advice=_advice(entry),
        source=source(facts),
    )


new_label_count = new_labels
"""The same count for a box that asks whether they are many: its threshold is another."""


def _share(one: Mapping[str, Any]) -> str:
    return percent(one["share"]) if one["share"] is not None else ""


def _advice(entry: Mapping[str, Any]) -> str:
    """Return what to do where a label is new by its name alone."""
    unused = [label for label, meant in entry["means"].items() if not meant]
    if not entry["new"] or not unused:
        return ""
    return f"If a label of the pipeline means one of these, {MAP}. It also has {some(unused, 20)}."
