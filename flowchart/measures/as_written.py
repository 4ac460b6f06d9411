"""The rows of a dataset as they are written, before loading unites those of one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.loading import Loader, Task


class _Unheard(FindingLog):
    """Takes findings that loading the data has told already."""

    def add(self, *_args: object, **_named: object) -> None:
        """Keep nothing."""


def tasks(paths: Iterable[str]) -> Iterator[tuple[str, Task]]:
    """Yield file and task of each row, as it is written.

    Raises:
        UserError: A file cannot be read any more.
    """
    for path in paths:
        for task in Loader(Path(path), "train", Funnel(), _Unheard()).tasks():
            yield path, task


def whole_tasks(paths: Iterable[str]) -> Iterator[tuple[str, Task]]:
    """Yield file and task of each row that says something about the whole of its text, as it is written.

    Raises:
        UserError: A file cannot be read any more.
    """
    for path, task in tasks(paths):
        whole = task.annotated and not (task.binary or task.unreadable)
        if whole and task.answer in ("accept", "reject", ""):
            yield path, task
