"""Which files have changed since a run has read them: a look at each, and a hash only where that doubts."""

from __future__ import annotations

from pathlib import Path

from flowchart.runs.folder import Run, sha256_of


def changed_files(run: Run) -> list[str]:
    """Return the paths of a run's inputs that hold something else than when it was made, or are gone.

    Size and time tell it at once; a file of the same size that was only written anew is known by its hash. It
    may take as long as reading the file: not for the thread that draws.
    """
    inputs = run.info.get("inputs")
    if not isinstance(inputs, list):
        return []
    return [
        str(item["path"]) for item in inputs if isinstance(item, dict) and "path" in item and _differs(item)
    ]


def _differs(item: dict[str, object]) -> bool:
    path = str(item["path"])
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return True
    if found.st_size != item.get("bytes"):
        return True
    if found.st_mtime_ns == item.get("mtime_ns"):
        return False
    known = item.get("sha256")
    return not known or sha256_of(path, found.st_size, found.st_mtime_ns) != known
