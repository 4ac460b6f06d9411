"""Which labels of the data does the pipeline lack, and are they many?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.about_pipelines import (
    MAP,
    chosen,
    rows,
    some,
    source,
    unmeasured,
    without,
)
from flowchart.evidence.facts import THRESHOLD_FROM, Evidence, Facts, judged, percent
from flowchart.graph import Node


def new_labels(node: Node, facts: Facts) -> Evidence | None:
    """Count the labels of the data that no label of the chosen pipeline means."""
    return _counted("new_labels", node, facts)


def new_label_count(node: Node, facts: Facts) -> Evidence | None:
    """Hold the same count against another threshold."""
    return _counted("new_label_count", node, facts)


def _counted(measure: str, node: Node, facts: Facts) -> Evidence | None:
    fact = facts.measured.get("models")
    if fact is None or node.threshold is None:
        return None
    if "error" in fact:
        return unmeasured(measure, str(fact["error"]))
    entry = chosen(fact)
    if entry is None:
        return without(measure, facts, fact)
    new: Mapping[str, Any] = entry["new"]
    more = judged(len(new), node.threshold)
    lacks = f"lacks {some(new)}" if new else f"has all labels of your data ({some(entry['shared'])})"
    reason = (
        f"{entry['name']} {lacks}: {len(new):,} of {len(fact['labels']):,} labels are new to it, "
        f"{'' if more == 'YES' else 'not '}more than {node.threshold:,.0f}."
    )
    return Evidence(
        measure=measure,
        suggestion=more,
        reason=reason,
        value=len(new),
        unit=node.unit,
        threshold=node.threshold,
        threshold_from=THRESHOLD_FROM,
        table=(
            ("label", "spans", "the pipeline says something there"),
            tuple((str(label), f"{one['spans']:,}", _share(one)) for label, one in new.items()),
        ),
        rows=rows(fact),
        advice=_advice(entry),
        source=source(facts),
    )


def _share(one: Mapping[str, Any]) -> str:
    return percent(one["share"]) if one["share"] is not None else ""


def _advice(entry: Mapping[str, Any]) -> str:
    """Return what to do where a label is new by its name alone."""
    unused = [label for label, meant in entry["means"].items() if not meant]
    if not entry["new"] or not unused:
        return ""
    return f"If a label of the pipeline means one of these, {MAP}. It also has {some(unused, 20)}."
