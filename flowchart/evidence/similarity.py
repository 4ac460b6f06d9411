"""Are the texts like those that the pipeline was trained on? Its F, and words that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowchart.evidence.about_pipelines import chosen, rows, some, texts, without
from flowchart.evidence.facts import Evidence, Facts, Suggestion, Table, percent, points, source, unmeasured
from flowchart.graph import Node


def similarity(node: Node, facts: Facts) -> Evidence | None:
    """Hold the drop from the published F to F here, and the share of unknown words, against the box's limits.

    YES when the drop's whole interval and the unknown words lie below their limits; NO when the whole
    interval lies above. It is a comparison with low confidence: other guidelines of annotation lower F just
    as other texts do.
    """
    fact = facts.measured["models"]
    if not {"drop", "unknown"} <= set(node.limits):
        return None
    entry = chosen(fact)
    if entry is None:
        return without(facts, fact)
    found, most, most_unknown = entry["similarity"], node.limits["drop"], node.limits["unknown"]
    unknown = found["unknown_words"]
    strange = "it has too few words to compare yours with"
    if unknown is not None:
        strange = f"{percent(unknown)} of your words are unknown to it"
    table = _table(found)
    if found["drop"] is None or found["low"] is None:
        reason = f"How much worse {entry['name']} does here is not known, as {_why(entry)}; {strange}."
        return unmeasured(reason, table=table, source=source(facts))
    drop, low, high = float(found["drop"]), float(found["low"]), float(found["high"])
    suggestion: Suggestion = "CAN'T TELL"
    if low > most:
        suggestion = "NO"
    elif high < most and unknown is not None and unknown < most_unknown:
        suggestion = "YES"
    reason = (
        f"With low confidence: over {some(found['labels'])}, {entry['name']} is published with F "
        f"{points(found['published'])} for as many spans of each, and is {points(drop)} below that (95%: "
        f"{points(low)} to {points(high)}) on {texts(fact)}; less than {points(most)} would be similar. "
        f"Besides, {strange}; less than {percent(most_unknown)} would be similar. Other guidelines of "
        "annotation lower F just as other texts do."
    )
    return Evidence(
        suggestion=suggestion,
        reason=reason,
        value=drop,
        unit=node.unit or "F",
        threshold=most,
        low=low,
        high=high,
        table=table,
        rows=rows(fact),
        source=source(facts),
    )


def _why(entry: Mapping[str, Any]) -> str:
    """Return why there is no drop."""
    if not entry["shared"]:
        return "it has none of your labels"
    if entry["similarity"]["published"] is None:
        return "it has no published score of the labels that it shares"
    return "too few evaluation texts have any of the labels that it was published with"


def _table(found: Mapping[str, float | None]) -> Table:
    distance = found["trigrams"]
    lines = (
        ("published F of the labels compared, for as many spans of each", _shown(found["published"], points)),
        ("drop of F", _shown(found["drop"], points)),
        ("unknown words, of all", _shown(found["unknown_words"], percent)),
        ("unknown words, of different ones", _shown(found["unknown_types"], percent)),
        (
            "distance of trigrams (0 the same, 1 none in common)",
            "" if distance is None else f"{distance:.2f}",
        ),
    )
    return ("what", "value"), lines


def _shown(value: float | None, words: Callable[[float], str]) -> str:
    return "" if value is None else words(value)
