"""What reading a dataset brings to light: one finding for each row or span that is odd, lost or repaired."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from flowchart.dataset.kinds import KINDS

EXCERPT = 300
"""The most characters of a text that a finding carries."""

QUOTE = 80
"""The most characters of a value inside a message."""


@dataclass(slots=True)
class Finding:
    """One thing that is wrong, or worth knowing, about one row or span.

    Attributes:
        file: The file it stands in.
        row: The line, counted from 1; the item's number in a JSON array; 0 when it is about the whole file.
        kind: What it is, one of `flowchart.dataset.kinds.KINDS`.
        severity: "error", "warning" or "info".
        stage: The step of the funnel at which it counts.
        message: What is wrong, with the value.
        done: What was done about it.
        excerpt: At most 300 characters of the text around it, as they stand in the data.
        span: Start and end inside `excerpt`, in code points, end exclusive.
        label: The span's label, where it is about a span.
    """

    file: str
    row: int
    kind: str
    severity: str
    stage: str
    message: str
    done: str
    excerpt: str = ""
    span: list[int] | None = None
    label: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data, keys as the attributes."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class KindCount:
    """How often one kind of finding came up, with the first one's message."""

    kind: str
    severity: str
    stage: str
    count: int = 0
    message: str = ""


@dataclass
class FindingLog:
    """Collects findings: in a file, one JSON object a line, or in memory when there is none.

    A broken dataset has as many findings as rows, so with a file only the counts stay in memory. Use it as a
    context manager to have the file closed.

    Attributes:
        file: Where the findings are written, or None.
        kinds: The count of each kind, in the order they came up.
        total: The number of findings.
    """

    file: Path | None = None
    kinds: dict[str, KindCount] = field(default_factory=dict)
    total: int = 0
    _kept: list[Finding] = field(default_factory=list)
    _out: IO[str] | None = None

    def __enter__(self) -> FindingLog:
        if self.file is not None:
            self._out = self.file.open("w", encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings kept in memory (none when they go to a file)."""
        return iter(self._kept)

    def add(
        self,
        kind: str,
        file: str,
        row: int,
        message: str,
        done: str,
        *,
        text: str = "",
        span: tuple[int, int] | None = None,
        label: str = "",
    ) -> None:
        """Note a finding.

        Args:
            kind: One of `KINDS`, which gives severity and stage.
            file: The file.
            row: The row, 0 for the whole file.
            message: What is wrong, with the value.
            done: What was done about it.
            text: The text, of which an excerpt is kept.
            span: Where in `text` it is; need not lie inside.
            label: The span's label.
        """
        known = KINDS[kind]
        piece, inside = excerpt(text, span)
        finding = Finding(
            file, row, kind, known.severity, known.stage, message, done, piece, inside, label[:EXCERPT]
        )
        counted = self.kinds.get(kind)
        if counted is None:
            counted = self.kinds[kind] = KindCount(kind, known.severity, known.stage, 0, message)
        counted.count += 1
        self.total += 1
        if self._out is not None:
            # json, not msgspec: lone surrogates in an excerpt must be written too, as escapes
            self._out.write(json.dumps(finding.to_dict()) + "\n")
        else:
            self._kept.append(finding)

    def count(self, kind: str) -> int:
        """Return how many findings there are of `kind`."""
        return self.kinds[kind].count if kind in self.kinds else 0

    def summary(self) -> list[dict[str, Any]]:
        """Return one entry for each kind: kind, severity, stage, count, and the first one's message."""
        return [
            {name: getattr(counted, name) for name in KindCount.__slots__} for counted in self.kinds.values()
        ]


def quote(value: object) -> str:
    """Return a value from data for use in a message: escaped, on one line, at most 80 characters."""
    if isinstance(value, (str, bytes)):
        value = value[: QUOTE + 1]  # repr of megabytes only to be cut would be slow
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits has no decimal form
        text = f"<{type(value).__name__}>"
    return text if len(text) <= QUOTE else text[: QUOTE - 1] + "…"


def excerpt(text: str, span: tuple[int, int] | None) -> tuple[str, list[int] | None]:
    """Return at most 300 characters of `text` around `span`, and where the span lies in them."""
    if span is None:
        return text[:EXCERPT], None
    start = min(max(span[0], 0), len(text))
    end = min(max(span[1], start), len(text))
    first = max(0, start - (EXCERPT - min(end - start, EXCERPT)) // 2)
    piece = text[first : first + EXCERPT]
    return piece, [start - first, min(end - first, len(piece))]
