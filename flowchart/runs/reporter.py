"""What a recipe tells while it works."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import Any

from flowchart.runs import events

PER_SECOND = 5.0
"""The most progress events a second."""


class IncompleteError(Exception):
    """A recipe did a part of its work: the part is kept, and the run has failed.

    Attributes:
        result: The result so far, for result.json.
    """

    def __init__(self, message: str, result: dict[str, Any]) -> None:
        super().__init__(message)
        self.result = result


class Reporter:
    """Writes a run's events.

    Attributes:
        file: The events file.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._stage = ""
        self._last = 0.0
        self._complained = False

    def emit(self, event: str, **fields: object) -> None:
        """Write an event that counts.

        Raises:
            OSError: It could not be written: the run cannot be followed, so it had better end.
        """
        events.append(self.file, event, **fields)

    def offer(self, event: str, **fields: object) -> None:
        """Write an event that may be lost: when the disk is full, the work is worth more than the telling."""
        try:
            events.append(self.file, event, **fields)
        except OSError as error:
            if not self._complained:
                self._complained = True
                with contextlib.suppress(OSError, ValueError):  # the log may lie on the same full disk
                    print(f"cannot write events: {error}", file=sys.stderr)  # noqa: T201 - this is log.txt

    def progress(self, stage: str, done: float, total: float, message: str = "") -> None:
        """Tell how far a stage is; quick calls are thinned out, but for a stage's first and last.

        Args:
            stage: What is being done, a word.
            done: How much of it is, in any unit.
            total: How much there is; 0 when unknown.
            message: The stage in words.
        """
        moment = time.monotonic()
        if stage == self._stage and done != total and moment - self._last < 1 / PER_SECOND:
            return
        self._stage, self._last = stage, moment
        self.offer("progress", stage=stage, done=done, total=total, message=message)
