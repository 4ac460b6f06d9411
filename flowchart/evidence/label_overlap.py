"""Do new labels mark what the pipeline gives another label? The share of their spans, with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flowchart.evidence.about_pipelines import chosen, rows, some, without
from flowchart.evidence.facts import (
    Evidence,
    Facts,
    Suggestion,
    Table,
    judged,
    percent,
    source,
    unmeasured,
)
from flowchart.graph import Node
from flowchart.wilson import wilson

COLUMNS = 6
"""Labels of the pipeline that the table tells apart."""


class _Share(NamedTuple):
    label: str
    share: float
    low: float
    high: float
    suggestion: Suggestion


def label_overlap(node: Node, facts: Facts) -> Evidence | None:
    """Hold the share of a new label's gold spans that a prediction overlaps against the box's threshold.

    YES when one new label lies above it; NO when all lie below, and none is without a span to look at. The
    label shown is the one that decides: of those that decide alike, the one that is surest to be overlapped.
    Spans of one text are not independent, so the interval is at best.
    """
    fact = facts.measured["models"]
    if node.threshold is None:
        return None
    entry = chosen(fact)
    if entry is None:
        return without(facts, fact)
    new: Mapping[str, Any] = entry["new"]
    if not new:
        return Evidence(
            suggestion="NO",
            reason=f"{entry['name']} has all labels of your data: there is no new one that could overlap.",
            unit=node.unit,
            threshold=node.threshold,
            source=source(facts),
        )
    shares = [_share(label, one, node.threshold) for label, one in new.items() if one["looked"]]
    unknown = [label for label, one in new.items() if not one["looked"]]
    if not shares:
        return unmeasured(f"There is no span of {some(unknown)} to look at.")
    order: tuple[Suggestion, ...] = ("YES", "CAN'T TELL", "NO")
    top = min(shares, key=lambda share: (order.index(share.suggestion), -share.low))
    without_any = f" There is no span of {some(unknown)} to look at." if unknown else ""
    return Evidence(
        suggestion="CAN'T TELL" if unknown and top.suggestion == "NO" else top.suggestion,
        reason=_reason(entry, top, shares, node.threshold) + without_any,
        value=top.share,
        unit=node.unit,
        threshold=node.threshold,
        low=top.low,
        high=top.high,
        table=_table(new),
        rows=rows(fact),
        source=source(facts),
    )


def _share(label: str, one: Mapping[str, Any], threshold: float) -> _Share:
    overlapped, looked = int(one["overlapped"]), int(one["looked"])
    share = overlapped / looked
    low, high = wilson(overlapped, looked)
    return _Share(label, share, low, high, judged(share, threshold, low, high))


def _reason(entry: Mapping[str, Any], top: _Share, shares: list[_Share], threshold: float) -> str:
    one = entry["new"][top.label]
    words = {"YES": "more than", "NO": "not more than"}.get(
        top.suggestion, "which may or may not be more than"
    )
    others = [share.label for share in shares if share.suggestion == top.suggestion and share is not top]
    alike = f"; the same goes for {some(others)}" if others else ""
    says = f", most often {next(iter(one['by']))}," if one["by"] else ""
    return (
        f"{entry['name']} already predicts something{says} on {percent(top.share)} of {one['looked']:,} "
        f"spans of {top.label} (95%: {percent(top.low)} to {percent(top.high)}), {words} "
        f"{percent(threshold)}{alike}."
    )


def _table(new: Mapping[str, Any]) -> Table:
    """Return the table new by old: the spans of each new label by what the pipeline says there."""
    sums: dict[str, int] = {}
    for one in new.values():
        for label, count in one["by"].items():
            sums[label] = sums.get(label, 0) + count
    frequent = sorted(sums, key=lambda label: -sums[label])
    shown, rest = frequent[:COLUMNS], frequent[COLUMNS:]
    lines = []
    for label, one in new.items():
        share = percent(one["share"]) if one["share"] is not None else ""
        by = [f"{one['by'].get(name, 0):,}" for name in shown]
        more = [f"{sum(one['by'].get(name, 0) for name in rest):,}"] if rest else []
        lines.append((str(label), f"{one['looked']:,}", share, *by, *more))
    return ("new label", "spans", "overlapped", *shown, *(["others"] if rest else [])), tuple(lines)
