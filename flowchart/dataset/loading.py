"""From a file to tasks: every row is read as far as it goes, and what does not go becomes a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import UNSET

from flowchart.dataset import hints, rules
from flowchart.dataset.document import Range
from flowchart.dataset.findings import EXCERPT, FindingLog, quote
from flowchart.dataset.formats import jsonl
from flowchart.dataset.funnel import Funnel, Role
from flowchart.dataset.lenient import Problem, Reading, UnreadableError, has_lone_surrogate, read
from flowchart.dataset.origins import Origins
from flowchart.dataset.task import Row, Span, Token, decode_row, input_hash, input_hash_v1
from flowchart.dataset.tokens import covering
from flowchart.errors import UserError

MAX_BROKEN = 1000
"""After so many rows from the start, none of them a JSON object, a file is refused as being no JSONL."""

FEW = 5
"""Rows whose own tokens are odd that are told one by one; of more, one finding tells how many."""

ANSWERS = ("accept", "reject", "ignore")

_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_BROKEN = frozenset(("not-json", "truncated-line", "not-utf8", "nested-too-deep", "not-an-object"))


@dataclass(slots=True)
class Task:
    """One usable NER task.

    Attributes:
        row: Its line, or its number in a JSON array.
        text: The text, not blank.
        spans: Start, end (code points, end exclusive) and label, inside the text, in the order written.
        answer: "accept", "reject", "ignore", "" (none given) or any other value as written.
        annotated: Whether the row says anything: it has an answer or a list of spans.
        binary: Whether it is a yes or no to one suggested span.
        unreadable: What stands in place of a list of spans, or "".
        annotator: Who, or "".
        unknown: Places inside the text that a span says something unusable about: without a label, or the
            inner part of one that is partly outside.
        tokens: The row's own tokens, where they are asked for and cover the text.
        misfits: The spans that do not fit the row's own tokens; None where these cannot be used.
    """

    row: int
    text: str
    spans: list[tuple[int, int, str]]
    answer: str
    annotated: bool
    binary: bool
    unreadable: str
    annotator: str
    unknown: list[Range] = field(default_factory=list)
    tokens: tuple[Range, ...] = ()
    misfits: tuple[tuple[int, int, str], ...] | None = None


class Loader:
    """Reads one file of a dataset.

    Attributes:
        path: The file.
        rows: The rows read so far, blank lines not counted.
    """

    def __init__(
        self,
        path: Path,
        role: Role,
        funnel: Funnel,
        findings: FindingLog,
        *,
        own_tokens: bool = False,
        origins: Origins | None = None,
    ) -> None:
        """Begin.

        Args:
            path: The file.
            role: Whether it is to train or to evaluate on.
            funnel: Told each row and what it costs.
            findings: Takes the findings.
            own_tokens: Whether tasks are to have their rows' own tokens.
            origins: Told where texts are from; None where nobody asks.
        """
        self._origins = origins
        self.path = path
        self.rows = 0
        self._name = str(path)
        self._role: Role = role
        self._funnel = funnel
        self._findings = findings
        self._objects = 0
        self._broken: list[tuple[int, UnreadableError, str]] = []  # not told yet: the file may be no JSONL
        self._hashes: dict[int, tuple[int, int]] = {}  # stored input hash -> hash and row of its first text
        self._strange_hashes = 0
        self._no_answer = 0
        self._own_tokens = own_tokens
        self._odd_tokens = _Repeated()
        self._no_tokens = _Repeated()

    def tasks(self, progress: Callable[[int], None] | None = None) -> Iterator[Task]:
        """Yield the usable tasks, in order.

        Args:
            progress: Told the bytes of the file read so far.

        Raises:
            UserError: The file cannot be read or holds no JSON objects.
        """
        for number, line in self._lines(progress):
            self.rows += 1
            task = self._task(number, line)
            if task is not None:
                self._funnel.keep("tasks", self._role, len(task.spans))
                yield task
        if not self._objects:
            raise self._no_jsonl()
        self._tell_broken(at_end=True)
        if self._no_answer:
            message = f"{self._no_answer} rows with spans have no answer"
            self._findings.add("answer-missing", self._name, 0, message, "taken as accepted")
        self._tell_tokens()
        if self._strange_hashes:
            message = f"{self._strange_hashes} stored input hashes follow no known rule"
            self._findings.add("hash-unknown", self._name, 0, message, "grouped by the text itself")

    def _lines(self, progress: Callable[[int], None] | None) -> Iterator[tuple[int, bytes | memoryview]]:
        items = jsonl.array_items(self.path)
        if items is not None:
            self._findings.add(
                "json-array", self._name, 0, f"one JSON array of {len(items)} items", "read item by item"
            )
            yield from enumerate(items, 1)
            return
        for number, line in enumerate(jsonl.lines(self.path, progress), 1):
            if line.startswith(jsonl.BOM):
                line = line.removeprefix(jsonl.BOM)
                if number > 1:
                    self._findings.add(
                        "byte-order-mark",
                        self._name,
                        number,
                        "a byte order mark begins the line",
                        "skipped the mark",
                    )
            if line and not line.isspace():
                yield number, line

    # one row

    def _task(self, number: int, line: bytes | memoryview) -> Task | None:
        try:
            row = decode_row(line)
            reading = None
        except _REFUSED:
            try:
                reading = read(line)
                row = reading.row
            except UnreadableError as error:
                self._unreadable(number, error, _head(line))
                return None
        self._objects += 1
        if self._broken:
            self._tell_broken()
        written = reading.written if reading else len(row.spans) if isinstance(row.spans, list) else 0
        self._funnel.keep("rows", self._role, written)
        text = row.text
        if (fault := rules.fault(row, line, lone=reading is not None and reading.lone)) is not None:
            kind, message = fault
            shown = text if isinstance(text, str) else _head(line)
            self._funnel.lose("tasks", kind, documents=1, spans=written)
            self._findings.add(kind, self._name, number, message, "left the row out", text=shown)
            return None
        assert isinstance(text, str)
        if self._origins is not None:
            self._origins.note(text, row.meta, line)
        unknown = _saved_unknown(row, len(text)) if row.unknown else []
        spans = self._spans(number, text, row, reading, unknown)
        tokens, misfits = self._tokens(number, text, row, spans)
        answer = self._answer(number, row, reading, text)
        self._check_hash(number, row, text)
        return Task(
            number,
            text,
            spans,
            answer,
            annotated=bool(answer) or isinstance(row.spans, list),
            binary=rules.is_binary(row),
            unreadable=reading.unreadable if reading else "",
            annotator=row.annotator,
            unknown=unknown,
            tokens=tokens,
            misfits=misfits,
        )

    def _unreadable(self, number: int, error: UnreadableError, head: str) -> None:
        self._funnel.keep("rows", self._role, 0)
        if error.kind in _BROKEN:
            self._tell_broken()
            self._broken.append((number, error, head))
            if not self._objects and len(self._broken) >= MAX_BROKEN:
                raise self._no_jsonl()
            return
        self._objects += 1
        self._tell_broken()
        self._lose_broken(number, error.kind, error.message, head)

    def _tell_broken(self, *, at_end: bool = False) -> None:
        """Tell the broken rows held back, once it is known that the file is JSONL, or not cut at this row."""
        if not self._objects:
            return
        for number, error, head in self._broken:
            cut = error.kind == "truncated-line" and at_end
            kind = error.kind if error.kind != "truncated-line" or cut else "not-json"
            self._lose_broken(number, kind, error.message, head)
        self._broken.clear()

    def _lose_broken(self, number: int, kind: str, message: str, head: str) -> None:
        self._funnel.lose("tasks", kind, documents=1)
        self._findings.add(kind, self._name, number, message, "left the row out", text=head)

    def _no_jsonl(self) -> UserError:
        if not self._broken:
            return UserError(f"{self.path}: holds no rows; export the annotations again")
        number, error, _ = self._broken[0]
        return UserError(
            f"{self.path}: not JSON Lines: row {number} is {error.message}; "
            + hints.for_file(self.path, error.message)
        )

    # parts of a row

    def _spans(
        self, number: int, text: str, row: Row, reading: Reading | None, unknown: list[Range]
    ) -> list[tuple[int, int, str]]:
        """Return the usable spans; the places inside the text of the others go to `unknown`."""
        if reading is not None:
            for problem in reading.problems:
                self._lose_span(number, text, problem, unknown)
        if not row.spans:
            return []
        spans = []
        size = len(text)
        for span in row.spans:
            start, end, label = span.start, span.end, span.label
            if not 0 <= start < end <= size:
                message = rules.outside(text, span)
                problem = Problem("span-out-of-text", message, (start, end), label)
                self._lose_span(number, text, problem, unknown)
            elif not label or label.isspace():
                message = f"the span {start}:{end} {quote(text[start:end])} has an empty label"
                self._lose_span(number, text, Problem("span-label", message, (start, end), label), unknown)
            else:
                spans.append((start, end, label))
                if span.text is not None and span.text != text[start:end]:
                    self._tell_other_text(number, text, span)
        return spans

    def _lose_span(self, number: int, text: str, problem: Problem, unknown: list[Range]) -> None:
        if problem.span is not None:
            start, end = max(problem.span[0], 0), min(problem.span[1], len(text))
            if start < end:
                unknown.append((start, end))
        self._funnel.lose("tasks", problem.kind, spans=1)
        self._findings.add(
            problem.kind,
            self._name,
            number,
            problem.message,
            "left the span out, kept the row",
            text=text,
            span=problem.span,
            label=problem.label,
        )

    def _tell_other_text(self, number: int, text: str, span: Span) -> None:
        message = (
            f"the span {span.start}:{span.end} is {quote(text[span.start : span.end])}, but names its text "
            f"{quote(span.text)}" + hints.offset_unit(text, span.start, span.end, span.text or "")
        )
        self._findings.add(
            "span-text-disagrees",
            self._name,
            number,
            message,
            "kept the offsets",
            text=text,
            span=(span.start, span.end),
            label=span.label,
        )

    def _tokens(
        self, number: int, text: str, row: Row, spans: list[tuple[int, int, str]]
    ) -> tuple[tuple[Range, ...], tuple[tuple[int, int, str], ...] | None]:
        """Return the row's own tokens, if asked for, and the spans that do not fit them."""
        if not (row.spans or self._own_tokens):
            return (), None
        tokens: list[Token] = []
        if row.tokens is not UNSET:
            tokens, fault = rules.read_tokens(text, row.tokens)
            if fault:
                self._odd_tokens.add(number, fault, text)
        free = not self._own_tokens and all(_stands_free(text, span) for span in spans)
        if free and not any(" " in token.text for token in tokens):
            return (), ()  # most rows need no closer look
        own = covering(text, tokens)
        if own is None:
            if self._own_tokens:
                what = "the row's tokens do not cover its text" if tokens else "the row has no tokens"
                self._no_tokens.add(number, what, text)
            return (), None
        starts, ends = {start for start, _ in own}, {end for _, end in own}
        misfits = tuple(span for span in spans if span[0] not in starts or span[1] not in ends)
        return own if self._own_tokens else (), misfits

    def _tell_tokens(self) -> None:
        """Tell once what many rows have alike: one finding a row would bury the others."""
        for kind, found, done in (
            ("tokens-disagree", self._odd_tokens, "went by the text and the span offsets"),
            ("tokens-unusable", self._no_tokens, "cut the text by spaCy's tokenizer"),
        ):
            alike = f" (and so on, {found.count:,} rows)" if found.count > FEW else ""
            for row, message, text in found.first[: 1 if alike else FEW]:
                self._findings.add(kind, self._name, row, message + alike, done, text=text)

    def _answer(self, number: int, row: Row, reading: Reading | None, text: str) -> str:
        if reading is not None and reading.answer:
            return reading.answer
        given = row.answer
        if not isinstance(given, str):
            if isinstance(row.spans, list):
                self._no_answer += 1
            return ""
        plain = given.strip().lower()
        if given in ANSWERS or plain not in ANSWERS:
            return given if plain in ANSWERS else quote(given)
        self._findings.add(
            "answer-spelling",
            self._name,
            number,
            f"the answer is {quote(given)}",
            f"taken as {plain}",
            text=text,
        )
        return plain

    def _check_hash(self, number: int, row: Row, text: str) -> None:
        stored = row.input_hash
        if not isinstance(stored, int) or has_lone_surrogate(text):
            return
        known = self._hashes.setdefault(stored, (hash(text), number))
        if known[0] != hash(text):
            self._findings.add(
                "hash-reused",
                self._name,
                number,
                f"the input hash {quote(stored)} stands on another text in row {known[1]}",
                "kept the texts apart",
                text=text,
            )
        elif known[1] == number and stored != input_hash(text) and stored != input_hash_v1(text):
            self._strange_hashes += 1


@dataclass(slots=True)
class _Repeated:
    """What many rows may have alike: how many, and row, message and text of the first few."""

    count: int = 0
    first: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, row: int, message: str, text: str) -> None:
        if self.count < FEW:
            self.first.append((row, message, text))
        self.count += 1


def _stands_free(text: str, span: tuple[int, int, str]) -> bool:
    """Whether a span has a space, or nothing, on either side: it fits whatever tokens go over no space."""
    start, end, _ = span
    return (not start or text[start - 1] == " ") and (end == len(text) or text[end] == " ")


def _saved_unknown(row: Row, size: int) -> list[Range]:
    """Return the unknown places that a saved evaluation set notes in its rows."""
    return [(start, end) for start, end in row.unknown or () if 0 <= start < end <= size]


def _head(line: bytes | memoryview) -> str:
    """Return the beginning of a row that has no text to show."""
    return bytes(line[: 4 * EXCERPT]).decode("utf-8", "replace")[:EXCERPT]
