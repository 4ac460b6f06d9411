"""From a file to tasks: every row is read as far as it goes, and what does not go becomes a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import UNSET

from flowchart.dataset import rules, sayings, sniffing
from flowchart.dataset.document import Range
from flowchart.dataset.findings import EXCERPT, FindingLog, quote
from flowchart.dataset.formats import jsonl
from flowchart.dataset.funnel import Funnel, Role
from flowchart.dataset.interfaces import BLOCKS
from flowchart.dataset.lenient import Problem, Reading, UnreadableError, read
from flowchart.dataset.origins import Origins
from flowchart.dataset.own_tokens import OwnTokens
from flowchart.dataset.placing import Placer
from flowchart.dataset.sayings import Review
from flowchart.dataset.task import Row, Token, decode_row
from flowchart.dataset.thrift import One, StoredHashes
from flowchart.errors import UserError

MAX_BROKEN = 1000
"""After so many rows from the start, none of them a JSON object, a file is refused as being no JSONL."""

ANSWERS = ("accept", "reject", "ignore")

_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_BROKEN = frozenset(
    ("not-json", "truncated-line", "not-utf8", "nested-too-deep", "not-an-object", "other-format")
)


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
        when: When, in seconds; None where the row does not say.
        review: What was reviewed, when it is a reviewed row.
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
    when: float | None
    review: Review | None = None
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
        self._hashes = StoredHashes()
        self._one = One()
        self._no_answer = 0
        self._placer = Placer(self._name, findings)
        self._tokens = OwnTokens(self._name, findings, wanted=own_tokens)
        self._blocks: list[Task] = []  # rows of which it is not known yet whether spans could be marked
        self._blocks_mark = False

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
            if self._blocks_mark and self._blocks:
                yield from self._kept_blocks()
            if task is not None:
                self._funnel.keep("tasks", self._role, len(task.spans))
                yield task
        if not self._objects:
            raise self._no_jsonl()
        self._tell_broken(at_end=True)
        self._lose_blocks()
        self._placer.finish()
        if self._no_answer:
            message = f"{self._no_answer} rows with spans have no answer"
            self._findings.add("answer-missing", self._name, 0, message, "taken as accepted")
        self._tokens.finish()
        if self._hashes.strange:
            message = f"{self._hashes.strange} stored input hashes follow no known rule"
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
        lone, readable = reading is not None and reading.lone, reading is None or reading.readable
        if (fault := rules.fault(row, line, lone=lone, readable=readable)) is not None:
            kind, message = fault
            shown = text if isinstance(text, str) else _head(line)
            self._funnel.lose("tasks", kind, documents=1, spans=written)
            self._findings.add(kind, self._name, number, message, "left the row out", text=shown)
            return None
        assert isinstance(text, str)
        if self._origins is not None:
            self._origins.note(text, row.meta, line)
        unknown = _saved_unknown(row, len(text)) if row.unknown else []
        own, sound = self._tokens.read(number, text, row)
        if reading is not None:
            for problem in reading.problems:
                self._lose_span(number, text, problem, unknown)
        spans = self._spans(number, text, row, own, unknown, sound=sound) if row.spans else []
        tokens, misfits = self._tokens.fit(number, text, row, own, spans)
        answer = self._answer(number, row, reading, text)
        self._check_hash(number, row, text)
        unreadable = reading.unreadable if reading else ""
        annotated = bool(answer) or isinstance(row.spans, list)
        review = None
        if row.versions is not UNSET or row.view_id == "review":
            labels = [label for _, _, label in spans]
            review = sayings.review(line, labels) if sayings.is_reviewed(row) else None
        task = Task(
            number,
            text,
            spans,
            answer,
            annotated,
            rules.is_binary(row),
            unreadable,
            self._one.of(sayings.annotator(row)),
            sayings.timestamp(row),
            review,
            unknown,
            tokens,
            misfits,
        )
        if row.view_id == BLOCKS and not self._blocks_mark:
            if not isinstance(row.spans, list) and row.tokens is UNSET:
                self._blocks.append(task)
                return None
            self._blocks_mark = True
        return task

    def _kept_blocks(self) -> Iterator[Task]:
        """Yield the rows of blocks that were held back: others show that spans are marked in them."""
        for task in self._blocks:
            self._funnel.keep("tasks", self._role, 0)
            yield task
        self._blocks.clear()

    def _lose_blocks(self) -> None:
        """Leave the rows of blocks out of which none has spans or tokens: they ask for something else."""
        for task in self._blocks:
            self._funnel.lose("tasks", "not-ner", documents=1)
            message = f"a task of the interface {BLOCKS!r}, of which no row has spans or tokens to mark"
            self._findings.add("not-ner", self._name, task.row, message, "left the row out", text=task.text)
        self._blocks.clear()

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
            f"{self.path}: not JSON Lines: row {number} is {error.message}"
            + ("; " + sniffing.file_format(self.path) if error.kind != "other-format" else "")
        )

    # parts of a row

    def _spans(
        self, number: int, text: str, row: Row, tokens: list[Token], unknown: list[Range], *, sound: bool
    ) -> list[tuple[int, int, str]]:
        """Return the usable spans; the places inside the text of the others go to `unknown`."""
        spans = []
        size = len(text)
        for span in row.spans or ():
            start, end, label = span.start, span.end, span.label
            if (
                not 0 <= start < end <= size
                or (span.text is not None and span.text != text[start:end])
                or (tokens and not (sound and rules.at_tokens(span, tokens)))
            ):
                place = self._placer.place(number, text, span, tokens)
                if isinstance(place, Problem):
                    self._lose_span(number, text, place, unknown)
                    continue
                start, end = place
            if not label or label.isspace():
                message = f"the span {start}:{end} {quote(text[start:end])} has an empty label"
                self._lose_span(number, text, Problem("span-label", message, (start, end), label), unknown)
            else:
                spans.append(self._one.of((start, end, label)))
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
        if first := self._hashes.check(number, row.input_hash, text):
            message = f"the input hash {quote(row.input_hash)} stands on another text in row {first}"
            self._findings.add("hash-reused", self._name, number, message, "kept the texts apart", text=text)


def _saved_unknown(row: Row, size: int) -> list[Range]:
    """Return the unknown places that a saved evaluation set notes in its rows."""
    return [(start, end) for start, end in row.unknown or () if 0 <= start < end <= size]


def _head(line: bytes | memoryview) -> str:
    """Return the beginning of a row that has no text to show."""
    return bytes(line[: 4 * EXCERPT]).decode("utf-8", "replace")[:EXCERPT]
