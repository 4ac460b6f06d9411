"""A walk through a chart by the evidence alone: how far the data leads, and why it ends there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flowchart.evidence import NEEDS, Evidence, Facts, as_record, measure
from flowchart.graph import Answer, Flowchart, Node
from flowchart.path import Path

Provide = Callable[[str, Node], Facts | None]
"""Gets what a measure needs (a key of `NEEDS`) for a box; the facts with it, or None when it cannot."""


class Stop(StrEnum):
    """Why a walk ended."""

    OUTCOME = "outcome"
    """It came to an outcome."""

    PERSON = "person"
    """It came to something that only a person can do."""

    CANNOT_TELL = "can't tell"
    """It came to a question that the data does not answer."""

    CIRCLE = "circle"
    """It came to a box a second time, and nothing has changed since the first."""


@dataclass(frozen=True, slots=True)
class Advice:
    """How far the evidence leads.

    Attributes:
        path: The path taken; the box in hand is the one that it ends at.
        stop: Why it ended.
        reason: The same in a sentence, with what to do.
        evidence: What was measured for the box that it ended at; None when it asks nothing.
    """

    path: Path
    stop: Stop
    reason: str
    evidence: Evidence | None


def advise(
    chart: Flowchart, facts: Facts, provide: Provide | None = None, *, now: str | None = None
) -> Advice:
    """Walk a chart from its start by the evidence alone.

    Boxes that ask nothing are taken as done, but for those that only a person can do: a walk ends there.

    Args:
        chart: The chart.
        facts: What is known about the data.
        provide: Gets what a measure lacks, such as a training; None for nothing.
        now: The time to note with the steps; the clock's when left out.
    """
    path = Path(chart)
    seen: set[str] = set()
    advice = ""
    while True:
        node = path.current
        if node.is_outcome:
            return Advice(path, Stop.OUTCOME, node.meaning or node.text, None)
        if node.id in seen:
            return Advice(path, Stop.CIRCLE, f"The evidence leads back to {node.text!r}.", None)
        seen.add(node.id)
        if node.person:
            return Advice(path, Stop.PERSON, advice or node.meaning or node.text, None)
        if not node.is_decision:
            path.answer(Answer.NEXT, now=now)
            continue
        evidence = measure(node, facts)
        asked: set[str] = set()
        while provide and evidence is not None and evidence.needs and evidence.needs not in asked:
            asked.add(evidence.needs)
            found = provide(evidence.needs, node)
            if found is None:
                break
            facts = found
            evidence = measure(node, facts)
        if evidence is None or evidence.suggestion not in ("YES", "NO"):
            return Advice(path, Stop.CANNOT_TELL, _cannot_tell(evidence), evidence)
        step = path.answer(Answer(evidence.suggestion.lower()), now=now)
        step.suggestion, step.evidence = evidence.suggestion, as_record(evidence)
        advice = evidence.advice


def _cannot_tell(evidence: Evidence | None) -> str:
    if evidence is None:
        return "Nothing measures this question; answer it yourself in the app."
    if evidence.needs:
        return f"{evidence.reason} What it takes: {NEEDS[evidence.needs]}."
    return " ".join(part for part in (evidence.reason, evidence.advice) if part)
