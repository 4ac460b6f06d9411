"""A path through a chart: the steps taken, taken back, and kept between starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from flowchart.graph import Answer, Flowchart, Node


@dataclass(slots=True)
class Step:
    """One answer.

    Attributes:
        node: The id of the box that was answered.
        answer: What was answered.
        note: What the person wrote about it.
        time: When, in UTC, as ISO 8601 to the second.
        suggestion: What the evidence suggested; "" when there was none.
        evidence: The evidence as it stood, for the report; None when there was none.
        text: The box's text at that time: a chart may change, what was answered does not.
    """

    node: str
    answer: Answer
    note: str = ""
    time: str = ""
    suggestion: str = ""
    evidence: dict[str, Any] | None = None
    text: str = ""


class Path:
    """The steps from a chart's start to the box in hand.

    Attributes:
        chart: The chart.
        steps: The steps, oldest first. Each leads to the box of the next.
        waiting_notes: Notes on boxes that are not answered, by box: on the one in hand, and on those that an
            undo has left behind, for when they are in hand again.
        lost: Steps from an earlier chart that do not fit this one, as they were kept; never thrown away.
    """

    def __init__(self, chart: Flowchart, steps: Iterable[Step] = ()) -> None:
        """Begin a path.

        Raises:
            ValueError: The steps do not follow the chart's arrows from its start.
        """
        self.chart = chart
        self.steps: list[Step] = []
        self.waiting_notes: dict[str, str] = {}
        self.lost: list[Any] = []
        for step in steps:
            self._take(step)

    def _take(self, step: Step) -> None:
        if step.node != self.current.id or step.answer not in self.chart.out(step.node):
            message = f"no step {step.answer.value!r} on {step.node!r} while {self.current.id!r} is in hand"
            raise ValueError(message)
        self.steps.append(step)

    @property
    def current(self) -> Node:
        """The box in hand."""
        if not self.steps:
            return self.chart.start
        last = self.steps[-1]
        return self.chart.nodes[self.chart.out(last.node)[last.answer].target]

    @property
    def pending_note(self) -> str:
        """The note on the box in hand; it becomes the step's when the box is answered."""
        return self.waiting_notes.get(self.current.id, "")

    @pending_note.setter
    def pending_note(self, text: str) -> None:
        self.waiting_notes.pop(self.current.id, None)
        if text:
            self.waiting_notes[self.current.id] = text

    @property
    def finished(self) -> bool:
        """Whether the path has come to an outcome."""
        return self.current.is_outcome

    def answer(self, answer: Answer, *, now: str | None = None) -> Step:
        """Answer the box in hand.

        Args:
            answer: One of the box's ways on.
            now: The time to note; the clock's when left out.

        Raises:
            ValueError: The box has no such way on.
        """
        node = self.current
        time = now or datetime.now(UTC).isoformat(timespec="seconds")
        step = Step(node.id, answer, note=self.pending_note, time=time, text=node.text)
        self._take(step)
        self.waiting_notes.pop(node.id, None)
        return step

    def undo(self) -> Step | None:
        """Take the last step back and return it; its note is pending again. None when there is none.

        A note that its box has from a later round that was taken back stays behind it.
        """
        if not self.steps:
            return None
        step = self.steps.pop()
        self.pending_note = "; ".join(filter(None, (step.note, self.pending_note)))
        return step

    def note(self, index: int, text: str) -> None:
        """Write a note on a step taken.

        Raises:
            IndexError: There is no such step.
        """
        self.steps[index].note = text

    def rounds(self, node_id: str) -> int:
        """Return how often the path has stood on a box, the box in hand counted."""
        return sum(step.node == node_id for step in self.steps) + (self.current.id == node_id)

    def walked(self) -> dict[str, Answer]:
        """Return the last answer given on each box walked."""
        return {step.node: step.answer for step in self.steps}

    def walked_edges(self) -> Counter[tuple[str, Answer]]:
        """Return how often each arrow was taken."""
        return Counter((step.node, step.answer) for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return the path as plain data for JSON."""
        return {
            "chart": self.chart.digest,
            "steps": [asdict(step) for step in self.steps],
            "waiting_notes": dict(self.waiting_notes),
            "lost": list(self.lost),
        }

    @classmethod
    def from_dict(cls, chart: Flowchart, data: object) -> tuple[Path, list[str]]:
        """Take up a path that was kept.

        Args:
            chart: The chart as it is now.
            data: What `to_dict` returned once; anything else is survived.

        Returns:
            The path as far as it fits the chart, and in words what did not fit; that is kept in `lost`.
        """
        path, remarks = cls(chart), []
        data = data if isinstance(data, dict) else {}
        kept = data.get("lost")
        path.lost = list(kept) if isinstance(kept, list) else []
        steps = data.get("steps")
        waiting = list(steps) if isinstance(steps, list) else []
        while waiting:
            try:
                path._take(_step(waiting[0]))
            except (KeyError, TypeError, ValueError):
                break
            del waiting[0]
        if waiting:
            path.lost.extend(waiting)
            remarks.append(
                f"{len(waiting)} steps do not fit this chart any more; the path goes back to "
                f'{path.current.text!r}, and the session file keeps them under "lost"'
            )
        notes = data.get("waiting_notes")
        if isinstance(notes, dict) and all(isinstance(note, str) for note in notes.values()):
            path.waiting_notes = dict(notes)
        elif notes:
            path.lost.append({"waiting_notes": notes})
        pending = data.get("pending_note")  # of an earlier version, which had but the one on the box in hand
        if isinstance(pending, str) and not waiting:
            path.pending_note = pending or path.pending_note
        elif pending:
            path.lost.append({"pending_note": pending})
        return path, remarks


def _step(data: object) -> Step:
    """Return a kept step.

    Raises:
        KeyError: It has no box or no answer.
        TypeError: It is no table of texts.
        ValueError: Its answer is none.
    """
    if not isinstance(data, dict):
        raise TypeError
    texts = {name: data.get(name, "") for name in ("note", "time", "suggestion", "text")}
    evidence = data.get("evidence")
    if not isinstance(data["node"], str) or not all(isinstance(text, str) for text in texts.values()):
        raise TypeError
    if evidence is not None and not isinstance(evidence, dict):
        raise TypeError
    return Step(node=data["node"], answer=Answer(data["answer"]), evidence=evidence, **texts)
