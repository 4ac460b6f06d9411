"""From tasks to texts, as Prodigy merges them: accepted tasks only, grouped by text, their spans united."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.funnel import Funnel, Role
from flowchart.dataset.loading import ANSWERS, Task

SpanTuple = tuple[int, int, str]


@dataclass(slots=True)
class Group:
    """One text and everything accepted about it.

    Attributes:
        source: The file's index and the row that came first.
        spans: The spans of that row, sorted, each once.
        votes: How many rows have each span; None while there is only one row.
        seen: The different sets of spans given to the text; None while there is only one row.
    """

    source: tuple[int, int]
    spans: tuple[SpanTuple, ...]
    votes: Counter[SpanTuple] | None = None
    seen: set[tuple[SpanTuple, ...]] | None = None

    @property
    def united(self) -> list[SpanTuple]:
        """Every span that any row gave."""
        return sorted(self.votes) if self.votes is not None else list(self.spans)


class Merger:
    """Takes the tasks of the training files, or of the evaluation files, and keeps one group for each text.

    Texts are the same when they are equal character by character; a stored hash is never trusted for that.

    Attributes:
        groups: The texts, in the order they came.
    """

    def __init__(self, role: Role, files: list[str], funnel: Funnel, findings: FindingLog) -> None:
        self.groups: dict[str, Group] = {}
        self._role: Role = role
        self._files = files
        self._funnel = funnel
        self._findings = findings
        self._binary: list[tuple[int, Task]] = []
        self._declined: list[tuple[int, int, str, str, str]] = []  # file, row, text, answer, annotator

    def add(self, file: int, task: Task) -> None:
        """Take a task: left out by its answer, or merged into its text's group."""
        if (fault := _not_accepted(task)) is not None:
            kind, message = fault
            self._lose("accepted", kind, file, task, message, "left the row out")
            if task.answer in ("reject", "ignore") and not task.binary:
                self._declined.append((file, task.row, task.text, task.answer, task.annotator))
        elif task.binary:
            self._binary.append((file, task))
        else:
            self._merge(file, task)

    def finish(self) -> None:
        """Decide what only the whole data can decide: binary tasks, and texts with two answers.

        A binary task says nothing about the rest of its text, so beside complete annotations it is left out.
        Data that is binary throughout is used all the same, its accepted spans united by text, and a finding
        says so.
        """
        if self._binary and not self.groups:
            self._findings.add(
                "binary-only",
                self._files[self._binary[0][0]],
                0,
                f"all {len(self._binary)} accepted tasks are binary (ner.teach): spans never asked for are unknown",
                "united the accepted spans by text and took the rest of each text as no entity; scores will be low",
            )
            for file, task in self._binary:
                self._merge(file, task)
        else:
            for file, task in self._binary:
                message = "accepted as a binary task (ner.teach): the rest of the text is unknown"
                self._lose("accepted", "binary-task", file, task, message, "left the row out of training")
        self._binary.clear()
        for file, row, text, answer, annotator in self._declined:
            if (group := self.groups.get(text)) is not None:
                who = f" by {quote(annotator)}" if annotator else ""
                other = f"{self._files[group.source[0]]} row {group.source[1]}"
                self._findings.add(
                    "answer-conflict",
                    self._files[file],
                    row,
                    f"the answer is {answer}{who}, but the same text was accepted in {other}",
                    "kept the accepted row, left this one out",
                    text=text,
                )
        self._declined.clear()
        for group in self.groups.values():
            spans = len(group.votes) if group.votes is not None else len(group.spans)
            self._funnel.keep("merged", self._role, spans)

    def _merge(self, file: int, task: Task) -> None:
        self._funnel.keep("accepted", self._role, len(task.spans))
        spans = tuple(sorted(set(task.spans)))
        if len(spans) < len(task.spans):
            self._tell_repeated(file, task)
        group = self.groups.get(task.text)
        if group is None:
            self.groups[task.text] = Group((file, task.row), spans)
            return
        if group.votes is None or group.seen is None:
            group.votes = Counter(group.spans)
            group.seen = {group.spans}
        kind = "duplicate-text" if spans in group.seen else "conflicting-spans"
        known = sum(span in group.votes for span in spans)
        other = f"{self._files[group.source[0]]} row {group.source[1]}"
        message = f"the same text as {other}"
        done = "counted once"
        if kind == "conflicting-spans":
            message += f", with other spans: {_difference(task.text, spans, group.spans)}"
            done = "united the spans"
        group.votes.update(spans)
        group.seen.add(spans)
        self._funnel.lose("merged", kind, documents=1, spans=known)
        self._findings.add(kind, self._files[file], task.row, message, done, text=task.text)

    def _tell_repeated(self, file: int, task: Task) -> None:
        for (start, end, label), times in Counter(task.spans).items():
            for _ in range(times - 1):
                self._funnel.lose("merged", "duplicate-span", spans=1)
                self._findings.add(
                    "duplicate-span",
                    self._files[file],
                    task.row,
                    f"the span {start}:{end} {quote(task.text[start:end])} ({quote(label)}) stands {times} times",
                    "counted once",
                    text=task.text,
                    span=(start, end),
                    label=label,
                )

    def _lose(self, stage: str, kind: str, file: int, task: Task, message: str, done: str) -> None:
        self._funnel.lose(stage, kind, documents=1, spans=len(task.spans))
        self._findings.add(kind, self._files[file], task.row, message, done, text=task.text)


def _not_accepted(task: Task) -> tuple[str, str] | None:
    """Return why a task does not count as annotated: kind and message.

    No answer counts as accepted when the row has spans, since converted corpora leave it out; without both it
    is a text nobody has looked at.
    """
    if task.answer in ("reject", "ignore"):
        return f"answer-{task.answer}", f"the answer is {task.answer}"
    if task.answer and task.answer not in ANSWERS:
        return "answer-unknown", f"the answer is {task.answer}, none of accept, reject, ignore"
    if task.unreadable:
        return "spans-unreadable", f"the spans are no list: {task.unreadable}"
    if not task.annotated:
        return "not-annotated", "neither an answer nor spans: a raw text"
    return None


def _difference(text: str, spans: tuple[SpanTuple, ...], others: tuple[SpanTuple, ...]) -> str:
    here, there = set(spans), set(others)
    parts = [f"here also {_named(text, span)}" for span in sorted(here - there)[:2]]
    parts += [f"here not {_named(text, span)}" for span in sorted(there - here)[:2]]
    return ", ".join(parts) or "a third version"


def _named(text: str, span: SpanTuple) -> str:
    return f"{quote(text[span[0] : span[1]])} ({quote(span[2])})"
