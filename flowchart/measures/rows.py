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
        self._there_are: dict[str, int] = {}
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

    def there_are(self, group: str, count: int) -> None:
        """Note how many more rows a group has, of which only some may be written."""
        group = group[:EXCERPT]
        self._there_are[group] = self._there_are.get(group, 0) + count

    def summary(self) -> dict[str, Any]:
        """Return the groups in the order they came, as a run's result has it.

        Each has the `count` of its rows here, and in `of` how many there are, where that is more.
        """
        kinds: list[dict[str, Any]] = []
        for kind, count in self._counts.items():
            kinds.append({"kind": kind, "severity": "row", "count": count})
            if (all_of_them := self._there_are.get(kind, 0)) > count:
                kinds[-1]["of"] = all_of_them
        return {"total": sum(self._counts.values()), "kinds": kinds, "file": self._file.name}
