"""The rows behind a fact: written beside a run's result, in the shape of findings, so as to be opened.

rows-NAME.jsonl   one JSON object a line: kind (the group that it belongs to), severity, file, row,
                  message, done, excerpt, span, label
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from flowchart.dataset.document import Document
from flowchart.dataset.findings import EXCERPT, excerpt


class RowLog:
    """Takes the rows of one fact, group by group. Use it as a context manager."""

    def __init__(self, file: Path, files: Sequence[str], *, append: bool = False) -> None:
        """Begin a file.

        Args:
            file: The file to write.
            files: The files that documents' sources count.
            append: Whether to go on in a file that is there.
        """
        self._file = file
        self._files = files
        self._mode = "a" if append else "w"
        self._counts: dict[str, int] = {}
        self._out: IO[str] | None = None

    def __enter__(self) -> RowLog:
        self._out = self._file.open(self._mode, encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def add(
        self,
        group: str,
        document: Document,
        message: str,
        *,
        span: tuple[int, int] | None = None,
        label: str = "",
        done: str = "",
    ) -> None:
        """Note a row.

        Args:
            group: What it belongs to, as it is shown.
            document: The text, which knows its file and row.
            message: What there is to see.
            span: Where in the text.
            label: The span's label.
            done: What stands against it, or what is to be done.
        """
        file, row = document.source
        self.put(group, self._files[file], row, message, document.text, span=span, label=label, done=done)

    def put(
        self,
        group: str,
        file: str,
        row: int,
        message: str,
        text: str,
        *,
        span: tuple[int, int] | None = None,
        label: str = "",
        done: str = "",
    ) -> None:
        """Note a row by its file and number, for rows that are no document."""
        group = group[:EXCERPT]
        piece, inside = excerpt(text, span)
        self._counts[group] = self._counts.get(group, 0) + 1
        line = {
            "kind": group,
            "severity": "row",
            "file": file,
            "row": row,
            "message": message,
            "done": done,
            "excerpt": piece,
            "span": inside,
            "label": label[:EXCERPT],
        }
        if self._out is not None:
            self._out.write(json.dumps(line) + "\n")

    def summary(self) -> dict[str, Any]:
        """Return the groups in the order they came, each with its count, as a run's result has it."""
        kinds = [{"kind": kind, "severity": "row", "count": count} for kind, count in self._counts.items()]
        return {"total": sum(self._counts.values()), "kinds": kinds, "file": self._file.name}
