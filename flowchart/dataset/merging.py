"""From tasks to texts, as Prodigy merges them: accepted tasks only, grouped by text, their spans united.

But a row that gave way to another one is left aside: see `precedence`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from flowchart.dataset.findings import FindingLog, quote
from flowchart.dataset.funnel import Funnel, Role
from flowchart.dataset.groups import Group, Said, Source, SpanTuple, Versions
from flowchart.dataset.loading import ANSWERS, Task
from flowchart.dataset.precedence import Passes, superseded


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
        self._binary_only = False
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
            self._binary_only = True
            for file, task in self._binary:
                self._merge(file, task)
        else:
            for file, task in self._binary:
                message = "accepted as a binary task (ner.teach): the rest of the text is unknown"
                self._lose(file, task, "binary-task", message)
        self._binary.clear()
        self._unite_all()
        for group in self.groups.values():
            self._funnel.keep("merged", self._role, len(group.spans))

    def _merge(self, file: int, task: Task) -> None:
        self._funnel.keep("accepted", self._role, len(task.spans))
        spans = tuple(sorted(set(task.spans)))
        if len(spans) < len(task.spans):
            self._tell_repeated(file, task)
        source = file, task.row
        group = self.groups.get(task.text)
        if group is None:
            self.groups[task.text] = Group(
                source,
                spans,
                task.annotator,
                task.when,
                task.review,
                unknown=tuple(task.unknown) if task.unknown else (),
                tokens=task.tokens,
                misfits=task.misfits,
            )
            return
        if group.more is None:
            group.more = []
        said = Said(source, spans, task.annotator, task.when, task.review)
        said.unknown, said.tokens, said.misfits = tuple(task.unknown), task.tokens, task.misfits
        group.more.append(said)

    def _unite_all(self) -> None:
        """Unite the rows of each text but for those that gave way to another one, once all are there."""
        declined: defaultdict[str, list[tuple[int, Task]]] = defaultdict(list)
        for file, task in self._declined:
            if task.text in self.groups:
                declined[task.text].append((file, task))
        self._declined.clear()
        several = {
            # A rejection may take back what the same annotator, or whom it reviews, accepted.
            text: sorted(
                group.said() + [_rejected(*each) for each in declined.get(text, ()) if _rejects(each)],
                key=lambda said: said.source,
            )
            for text, group in self.groups.items()
            if group.more or text in declined
        }
        passes = self._passes(several.values())
        for text, sayings in several.items():
            group = self.groups[text]
            gone = superseded(sayings, passes) if passes is not None else {}
            counting = [said for index, said in enumerate(sayings) if index not in gone and said.accepted]
            for index in sorted(gone):
                if sayings[index].accepted:
                    self._tell_superseded(text, sayings[index], sayings[gone[index]])
            if not counting:
                del self.groups[text]
                continue
            self._unite(text, group, counting)
            settled = {sayings[index].source for index in gone}
            reviewed = any(said.review is not None for said in counting)
            for file, task in declined.get(text, ()) if not reviewed else ():
                if (file, task.row) not in settled:
                    self._tell_declined(file, task, group)

    def _passes(self, several: Collection[Sequence[Said]]) -> Passes | None:
        """Return which labels go together, where rows of one text may give way to others; else None."""
        again: set[str] = set()
        reviewed = False
        for sayings in several:
            names = [said.annotator for said in sayings if said.annotator and said.review is None]
            if len(set(names)) < len(names):
                again.update(name for name, count in Counter(names).items() if count > 1)
            reviewed = reviewed or any(said.review is not None for said in sayings)
        if self._binary_only or not (again or reviewed):
            return None
        passes = Passes()
        for group in self.groups.values():
            rows: list[Group | Said] = [group, *(group.more or ())]
            for row in rows:
                if row.review is not None or row.annotator in again:
                    passes.add(row.annotator, row.review, row.spans)
        for sayings in several:
            passes.compare(sayings)
        return passes

    def _unite(self, text: str, group: Group, sayings: Sequence[Said]) -> None:
        """Unite the rows of a text, in the order they came."""
        first = sayings[0]
        group.source, group.spans = first.source, first.spans
        group.unknown, group.tokens, group.misfits = first.unknown, first.tokens, first.misfits
        if len(sayings) == 1:
            return
        known = group.versions = Versions(Counter(first.spans), {})
        seen = {first.spans}
        for said in sayings[1:]:
            if said.unknown:
                group.unknown = tuple(sorted({*group.unknown, *said.unknown}))
            if group.misfits is not None:
                group.misfits += said.spans if said.misfits is None else said.misfits
            message = f"the same text as {self._at(group)}"
            if said.spans in seen:
                kind, done = "duplicate-text", "counted once"
            elif self._binary_only:
                kind, done = "binary-united", "united the spans"
            else:
                kind, done = "conflicting-spans", "united the spans"
                message += f", with other spans: {difference(text, said.spans, group.spans)}"
            new = [span for span in said.spans if span not in known.votes]
            known.origins.update(dict.fromkeys(new, said.source))
            known.votes.update(said.spans)
            seen.add(said.spans)
            if new:
                group.spans = tuple(sorted(known.votes))
            self._funnel.lose("merged", kind, documents=1, spans=len(said.spans) - len(new))
            self._add(kind, said.source, message, done, text)

    def _tell_superseded(self, text: str, said: Said, by: Said) -> None:
        where = f"{self._files[by.source[0]]} row {by.source[1]}"
        if by.review is None and by.accepted and said.spans == by.spans:
            self._funnel.lose("merged", "duplicate-text", documents=1, spans=len(said.spans))
            self._add("duplicate-text", said.source, f"the same text as {where}", "counted once", text)
            return
        if by.review is not None:
            kind = "superseded-review"
            message = f"reviewed in {where}"
            done = "took the reviewed row; agreement is still measured with this one"
        else:
            kind = "superseded-later"
            message = f"{quote(by.annotator)} annotated the same text again, later, in {where}"
            done = "took the later row"
        if said.spans != by.spans and by.accepted:
            message += f": {difference(text, said.spans, by.spans)}"
        elif not by.accepted:
            message += ", and rejected it"
        self._funnel.lose("merged", kind, documents=1, spans=len(said.spans))
        self._add(kind, said.source, message, done, text)

    def _tell_declined(self, file: int, task: Task, group: Group) -> None:
        who = f" by {quote(task.annotator)}" if task.annotator else ""
        message = f"the answer is {task.answer}{who}, but the same text was accepted in {self._at(group)}"
        self._tell("answer-conflict", file, task, message, "kept the accepted row, left this one out")

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
        self._add(kind, (file, task.row), message, done, task.text, span)

    def _add(  # noqa: PLR0917 - all of them are different things
        self, kind: str, source: Source, message: str, done: str, text: str, span: SpanTuple | None = None
    ) -> None:
        self._findings.add(
            kind,
            self._files[source[0]],
            source[1],
            message,
            done,
            text=text,
            span=span[:2] if span else None,
            label=span[2] if span else "",
        )

    def _at(self, group: Group) -> str:
        return f"{self._files[group.source[0]]} row {group.source[1]}"


def _rejects(declined: tuple[int, Task]) -> bool:
    return declined[1].answer == "reject"


def _rejected(file: int, task: Task) -> Said:
    spans = tuple(sorted(set(task.spans)))
    return Said((file, task.row), spans, task.annotator, task.when, task.review, accepted=False)


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
