"""Why a run broke off that could not say so itself."""

from __future__ import annotations

import os

from flowchart.runs.folder import Run

FULL = 64 * 1024
"""Bytes left on a disk below which it is taken for full: an end event and a result need more."""


def why_broken(run: Run) -> str:
    """Return in one line why a run has no end, as far as can be told.

    A full disk comes first: nothing else can be written on it, the reason least of all.
    """
    try:
        disk = os.statvfs(run.folder)
        if disk.f_bavail * disk.f_frsize < FULL:
            return f"no space left on the disk of {run.folder}; free some, and start it again"
    except OSError:
        pass
    last = next((line for line in reversed(run.log_tail()) if line.strip()), "")
    return last or "its process was killed, perhaps for want of memory"
