"""What the data says about a chart's questions: one measure for each name that a chart may give.

A measure looks at facts that runs have found out already, and answers at once; whatever takes work is a run.
Each is imported when it is first asked, so that the first screen waits for none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from typing import Any, NamedTuple

from flowchart.evidence.facts import NEEDS, THRESHOLD_FROM, Evidence, Facts, unmeasured
from flowchart.graph import Node

__all__ = ["MEASURES", "NEEDS", "Evidence", "Facts", "as_record", "measure"]


LONGEST_WORD = 160
"""Characters of a word in a reason or an advice; paths are shorter."""


class Measure(NamedTuple):
    """A measure: its module, with a function of its name, and the fact of a `measure` run that it takes."""

    module: str
    fact: str = ""


MEASURES: dict[str, Measure] = {
    "annotation_count": Measure("annotation_count"),
    "consistency": Measure("consistency", "consistency"),
    "context": Measure("context", "context"),
    "eval_quality": Measure("eval_quality", "eval_quality"),
    "label_completeness": Measure("label_completeness", "models"),
    "label_overlap": Measure("label_overlap", "models"),
    "last_step": Measure("last_step"),
    "long_spans": Measure("span_shape", "span_shape"),
    "models_available": Measure("models_available", "models"),
    "new_label_count": Measure("new_labels", "models"),
    "new_labels": Measure("new_labels", "models"),
    "overlapping_spans": Measure("span_shape", "span_shape"),
    "paired_difference": Measure("paired_difference"),
    "rule_coverage": Measure("rule_coverage", "rules"),
    "rules_score": Measure("rules_score", "rules"),
    "short_spans": Measure("span_shape", "span_shape"),
    "similarity": Measure("similarity", "models"),
    "span_shape": Measure("span_shape", "span_shape"),
    "target": Measure("target"),
}
"""The measures, by the names that a chart's `measure` may have."""


def measure(node: Node, facts: Facts) -> Evidence | None:
    """Return what the facts say about a box's question.

    None when the box asks nothing that is measured, or the facts are missing or not what they should be. A
    fact that could not be found out says why.
    """
    known = MEASURES.get(node.measure)
    if known is None or (known.fact and known.fact not in facts.measured):
        return None
    by: Callable[[Node, Facts], Evidence | None] = getattr(
        import_module(f"flowchart.evidence.{known.module}"), node.measure
    )
    try:
        fact = facts.measured[known.fact] if known.fact else {}
        evidence = unmeasured(str(fact["error"])) if "error" in fact else by(node, facts)
        if evidence is None:
            return None
        return replace(
            evidence,
            measure=node.measure,
            reason=_short(evidence.reason),
            advice=_short(evidence.advice),
            threshold_from=evidence.threshold_from or THRESHOLD_FROM * (evidence.threshold is not None),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None  # a result file of another version: no evidence is better than a wrong one


def _short(text: str) -> str:
    """Shorten words that no line has room for: a label may be a book."""
    return re.sub(rf"\S{{{LONGEST_WORD + 1},}}", lambda word: f"{word[0][: LONGEST_WORD - 1]}…", text)


def as_record(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as plain data, to be kept with a step."""
    return asdict(evidence)
