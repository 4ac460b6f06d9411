"""Having the chart's questions measured: child processes do it, the screen's process follows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flowchart.errors import UserError
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import launch
from flowchart.runs.progress import Progress
from flowchart.walk import Walk
from tui.following import follow

Changed = Callable[[Run, Status, Progress], None]
"""Told each time that a run which measures has news."""


async def measure(walk: Walk, changed: Changed) -> None:
    """Measure what the questions about the data in view are answered from, or follow a run that does so.

    Raises:
        UserError: No run could be started.
    """
    inquiry = walk.inquiry
    run = await asyncio.to_thread(inquiry.measuring)
    if run is None:
        run = await asyncio.to_thread(inquiry.new_measuring)
        await asyncio.to_thread(launch, run)
    await follow(run, lambda status, progress: changed(run, status, progress))


async def compare(walk: Walk) -> bool:
    """Compare the tuned trainings of the data in view with the default ones; return whether there were any.

    Raises:
        UserError: No run could be started, or it failed.
    """
    compared = False
    for _ in range(2):  # from a blank model, and from a trained pipeline
        run = await asyncio.to_thread(walk.inquiry.new_comparison)
        if run is None:
            break
        await asyncio.to_thread(launch, run)
        status = await follow(run, lambda _status, _progress: None)
        if status is not Status.FINISHED:
            raise UserError(str((run.end() or {}).get("message") or f"{run.log_file} says what went wrong"))
        compared = True
    return compared
