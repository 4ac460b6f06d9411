"""A walk through a chart by the evidence alone: how far the data leads, and why it ends there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        others: What the data says about the questions beside the path, one box for each measure.
    """

    path: Path
    stop: Stop
    reason: str
    evidence: Evidence | None
    others: tuple[tuple[Node, Evidence], ...] = ()


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
    last = ""  # the last question's own advice

    def ended(stop: Stop, reason: str, evidence: Evidence | None = None) -> Advice:
        return Advice(path, stop, reason, evidence, tuple(_others(path, facts)))

    while True:
        node = path.current
        if node.is_outcome:
            return ended(Stop.OUTCOME, node.meaning or node.text)
        if node.id in seen:
            return ended(Stop.CIRCLE, f"The evidence leads back to {node.text!r}.")
        seen.add(node.id)
        if node.person:
            return ended(Stop.PERSON, last or node.meaning or node.text)
        if not node.is_decision:
            path.answer(Answer.NEXT, now=now)
            continue
        evidence, facts = _measured(node, facts, provide)
        if evidence is None or evidence.suggestion not in ("YES", "NO"):
            return ended(Stop.CANNOT_TELL, _cannot_tell(evidence), evidence)
        step = path.answer(Answer(evidence.suggestion.lower()), now=now)
        step.suggestion, step.evidence = evidence.suggestion, as_record(evidence)
        last = evidence.advice


def _measured(node: Node, facts: Facts, provide: Provide | None) -> tuple[Evidence | None, Facts]:
    """Return what is measured of a box, with what it needs as far as that can be got, and the facts then."""
    evidence = measure(node, facts)
    asked: set[str] = set()
    while provide and evidence is not None and evidence.needs and evidence.needs not in asked:
        asked.add(evidence.needs)
        found = provide(evidence.needs, node)
        if found is None:
            break
        facts = found
        evidence = measure(node, facts)
    return evidence, facts


def _others(path: Path, facts: Facts) -> Iterator[tuple[Node, Evidence]]:
    told = {path.chart.nodes[step.node].measure for step in path.steps} | {path.current.measure}
    for node in path.chart.nodes.values():
        if node.is_decision and node.measure not in told:
            told.add(node.measure)
            evidence = measure(node, facts)
            if evidence is not None and not evidence.needs:
                yield node, evidence


def _cannot_tell(evidence: Evidence | None) -> str:
    if evidence is None:
        return "Nothing measures this question; answer it yourself in the app."
    if evidence.needs:
        return f"{evidence.reason} What it takes: {NEEDS[evidence.needs]}."
    return " ".join(part for part in (evidence.reason, evidence.advice) if part)
