"""From tasks to texts, as Prodigy merges them: accepted tasks only, grouped by text, their spans united."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flowchart.dataset.document import Range
from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.funnel import Funnel, Role
from flowchart.dataset.loading import ANSWERS, Task

SpanTuple = tuple[int, int, str]
Source = tuple[int, int]


@dataclass(slots=True)
class Versions:
    """What several rows say about one text.

    Attributes:
        votes: How many rows have each span.
        origins: The row that first had each span that the text's first row has not.
        seen: The different sets of spans given to the text.
    """

    votes: Counter[SpanTuple]
    origins: dict[SpanTuple, Source]
    seen: set[tuple[SpanTuple, ...]]


@dataclass(slots=True)
class Group:
    """One text and everything accepted about it.

    Attributes:
        source: The file's index and the row that came first.
        spans: Every span that any row gave, sorted, each once.
        versions: What the rows gave, when there is more than one.
        unknown: The places that any row says something unusable about.
        tokens: The first row's own tokens, where they are to be used.
        misfits: The spans that do not fit their row's own tokens; None where these cannot be used.
    """

    source: Source
    spans: tuple[SpanTuple, ...]
    versions: Versions | None = None
    unknown: tuple[Range, ...] = ()
    tokens: tuple[Range, ...] = ()
    misfits: tuple[SpanTuple, ...] | None = None

    def votes(self, span: SpanTuple) -> int:
        """Return how many rows gave a span."""
        return self.versions.votes[span] if self.versions is not None else 1

    def origin(self, span: SpanTuple) -> Source:
        """Return the file's index and the row that gave a span first."""
        return self.versions.origins.get(span, self.source) if self.versions is not None else self.source


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
        self._declined: list[tuple[int, Task]] = []

    def add(self, file: int, task: Task) -> None:
        """Take a task: left out by its answer, or merged into its text's group."""
        if (fault := _not_accepted(task)) is not None:
            self._lose(file, task, *fault)
            if task.answer in ("reject", "ignore") and not task.binary:
                self._declined.append((file, task))
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
                f"all {len(self._binary)} accepted tasks are binary (ner.teach): other spans are unknown",
                "united the accepted spans by text, took the rest as no entity; scores will be low",
            )
            for file, task in self._binary:
                self._merge(file, task)
        else:
            for file, task in self._binary:
                message = "accepted as a binary task (ner.teach): the rest of the text is unknown"
                self._lose(file, task, "binary-task", message)
        self._binary.clear()
        for file, task in self._declined:
            if (group := self.groups.get(task.text)) is not None:
                who = f" by {quote(task.annotator)}" if task.annotator else ""
                message = (
                    f"the answer is {task.answer}{who}, but the same text was accepted in {self._at(group)}"
                )
                done = "kept the accepted row, left this one out"
                self._tell("answer-conflict", file, task, message, done)
        self._declined.clear()
        for group in self.groups.values():
            self._funnel.keep("merged", self._role, len(group.spans))

    def _merge(self, file: int, task: Task) -> None:
        self._funnel.keep("accepted", self._role, len(task.spans))
        spans = tuple(sorted(set(task.spans)))
        if len(spans) < len(task.spans):
            self._tell_repeated(file, task)
        group = self.groups.get(task.text)
        if group is None:
            unknown = tuple(task.unknown)
            self.groups[task.text] = Group((file, task.row), spans, None, unknown, task.tokens, task.misfits)
            return
        if task.unknown:
            group.unknown = tuple(sorted({*group.unknown, *task.unknown}))
        if group.misfits is not None:
            group.misfits += spans if task.misfits is None else task.misfits
        known = group.versions
        if known is None:
            known = group.versions = Versions(Counter(group.spans), {}, {group.spans})
        message = f"the same text as {self._at(group)}"
        if spans in known.seen:
            kind, done = "duplicate-text", "counted once"
        elif task.binary:
            kind, done = "binary-united", "united the spans"
        else:
            kind, done = "conflicting-spans", "united the spans"
            message += f", with other spans: {difference(task.text, spans, group.spans)}"
        new = [span for span in spans if span not in known.votes]
        known.origins.update(dict.fromkeys(new, (file, task.row)))
        known.votes.update(spans)
        known.seen.add(spans)
        if new:
            group.spans = tuple(sorted(known.votes))
        self._funnel.lose("merged", kind, documents=1, spans=len(spans) - len(new))
        self._tell(kind, file, task, message, done)

    def _tell_repeated(self, file: int, task: Task) -> None:
        for span, times in Counter(task.spans).items():
            for _ in range(times - 1):
                self._funnel.lose("merged", "duplicate-span", spans=1)
                message = f"the span {span[0]}:{span[1]} {_named(task.text, span)} stands {times} times"
                self._tell("duplicate-span", file, task, message, "counted once", span)

    def _lose(self, file: int, task: Task, kind: str, message: str) -> None:
        self._funnel.lose("accepted", kind, documents=1, spans=len(task.spans))
        self._tell(kind, file, task, message, "left the row out")

    def _tell(  # noqa: PLR0917 - all of them are different things
        self, kind: str, file: int, task: Task, message: str, done: str, span: SpanTuple | None = None
    ) -> None:
        self._findings.add(
            kind,
            self._files[file],
            task.row,
            message,
            done,
            text=task.text,
            span=span[:2] if span else None,
            label=span[2] if span else "",
        )

    def _at(self, group: Group) -> str:
        return f"{self._files[group.source[0]]} row {group.source[1]}"


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


def difference(text: str, spans: tuple[SpanTuple, ...], others: tuple[SpanTuple, ...]) -> str:
    """Return in words which spans are only here, or only in others of the same text: two each at most."""
    here, there = set(spans), set(others)
    parts = [f"here also {_named(text, span)}" for span in sorted(here - there)[:2]]
    parts += [f"here not {_named(text, span)}" for span in sorted(there - here)[:2]]
    return ", ".join(parts) or "a third version"


def _named(text: str, span: SpanTuple) -> str:
    return f"{quote(text[span[0] : span[1]])} ({quote(span[2])})"
