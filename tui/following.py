"""Following a run from the screen's process: its folder is read, never its work done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flowchart.runs.folder import Run, Status
from flowchart.runs.progress import Progress

PAUSE = 0.4
"""Seconds between two looks at a run: often enough to feel live, few enough bytes for a slow line."""

ACTIVE = (Status.WAITING, Status.RUNNING)


async def follow(run: Run, changed: Callable[[Status, Progress], None]) -> Status:
    """Read a run's events from its beginning until it has ended.

    Args:
        run: The run; it may have ended long ago.
        changed: Called with the status and the sum of the events each time that either has changed.

    Returns:
        How the run ended.
    """
    progress, offset, before = Progress.of(run.settings), 0, None
    while True:
        # The status first: the events read after it then hold the end that it tells of.
        status = await asyncio.to_thread(run.status)
        events, offset = await asyncio.to_thread(run.events, offset)
        for event in events:
            progress.fold(event)
        if events or status is not before:
            changed(status, progress)
            before = status
        if status not in ACTIVE:
            return status
        await asyncio.sleep(PAUSE)
