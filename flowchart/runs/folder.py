"""A run is a folder: what was asked, what happens, and what came of it.

    run.json       what was asked: recipe, settings, inputs (with their hashes), versions, the command
    process.json   the process that works on it
    events.jsonl   what happens, one JSON object a line, appended only
    log.txt        what the process and its libraries print
    result.json    what came of it

The process that does the work writes them. Whoever wants to know reads them, while it runs or years later.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from flowchart.errors import UserError
from flowchart.runs import events
from flowchart.runs.identity import Identity
from flowchart.text import printable
from flowchart.workspace import Workspace, sync_folder, write_atomic

SILENCE = 600.0
"""Seconds without an event after which a run on another host, whose processes cannot be seen, is given up."""

LOG_TAIL = 64 * 1024
"""Bytes at the end of a log that are looked at."""


class Status(StrEnum):
    """How a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CRASHED = "crashed"


class Run:
    """A run, seen through its folder. Everything but `info` is read from disk at each call.

    Attributes:
        folder: The folder.
        info: What run.json held when it was opened or refreshed.
    """

    def __init__(self, folder: Path, info: dict[str, Any]) -> None:
        self.folder = folder
        self.info = info

    @classmethod
    def create(
        cls,
        workspace: Workspace,
        recipe: str,
        settings: Mapping[str, Any],
        inputs: Sequence[tuple[str, Path]],
        command: str,
    ) -> Run:
        """Make the folder of a new run; `flowchart.runs.process.launch` starts it.

        Args:
            workspace: Where runs are kept.
            recipe: A name in `flowchart.runs.recipes.RECIPES`.
            settings: The recipe's settings, plain data.
            inputs: Role and path of each file that is read.
            command: The command line that asks for the same.

        Raises:
            UserError: The folder cannot be made.
        """
        workspace.create()
        moment = datetime.now(UTC)
        try:
            while True:
                name = f"{moment:%Y%m%d-%H%M%S}-{recipe}-{os.urandom(2).hex()}"
                folder = workspace.runs / name
                try:
                    folder.mkdir()
                    sync_folder(workspace.runs)
                    break
                except FileExistsError:
                    continue
            info = {
                "id": name,
                "recipe": recipe,
                "settings": dict(settings),
                "inputs": [{"role": role, **_facts(path)} for role, path in inputs],
                "command": command,
                "created": moment.isoformat(timespec="microseconds"),
                "cwd": str(Path.cwd()),
            }
            run = cls(folder, info)
            run.write_info()
        except OSError as error:
            raise UserError(
                f"{workspace.runs}: cannot make a run here ({error.strerror}); choose another --workspace"
            ) from error
        return run

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Return the run in a folder.

        Raises:
            UserError: There is none.
        """
        try:
            info = json.loads((folder / "run.json").read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            why = getattr(error, "strerror", None) or "run.json is damaged"
            raise UserError(f"{folder}: no run to open ({why}); `ner-tui runs` lists them") from error
        if not isinstance(info, dict) or not isinstance(info.get("recipe"), str):
            raise UserError(f"{folder}: run.json names no recipe; `ner-tui runs` lists the runs")
        return cls(folder, info)

    def refresh(self) -> None:
        """Read run.json again: the process adds hashes and versions when it starts.

        Raises:
            UserError: The run is gone.
        """
        self.info = Run.open(self.folder).info

    def write_info(self) -> None:
        """Put `info` on disk.

        Raises:
            OSError: It could not be written.
        """
        write_atomic(self.folder / "run.json", events.dump(self.info, indent=1) + "\n")

    @property
    def id(self) -> str:
        """The run's name, which is its folder's."""
        return self.folder.name

    @property
    def recipe(self) -> str:
        """The recipe it runs."""
        return str(self.info["recipe"])

    @property
    def settings(self) -> dict[str, Any]:
        """The recipe's settings."""
        settings = self.info.get("settings")
        return settings if isinstance(settings, dict) else {}

    @property
    def created(self) -> str:
        """When it was asked for, ISO 8601 in UTC."""
        return str(self.info.get("created", ""))

    @property
    def command(self) -> str:
        """The command line that asks for the same."""
        return str(self.info.get("command", ""))

    @property
    def events_file(self) -> Path:
        """The file with the events."""
        return self.folder / "events.jsonl"

    @property
    def log_file(self) -> Path:
        """The file with what the process printed."""
        return self.folder / "log.txt"

    @property
    def result_file(self) -> Path:
        """The file with the result."""
        return self.folder / "result.json"

    @property
    def process_file(self) -> Path:
        """The file with the process's identity."""
        return self.folder / "process.json"

    def events(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the events from a byte offset on, and the offset to go on from."""
        return events.read(self.events_file, offset)

    def result(self) -> dict[str, Any] | None:
        """Return the result; None while there is none.

        A run that failed may have one too: the part that was done.
        """
        try:
            result = json.loads(self.result_file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return result if isinstance(result, dict) else None

    def identity(self) -> Identity | None:
        """Return the process that works, or worked last, on the run; None before it was launched."""
        try:
            return Identity.from_dict(json.loads(self.process_file.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None

    def pid(self) -> int | None:
        """Return the number of the process that works on the run; None when none does."""
        identity = self.identity()
        return identity.pid if identity is not None and identity.alive else None

    def end(self) -> dict[str, Any] | None:
        """Return the end event; None while the run has not ended since it was last launched."""
        identity = self.identity()
        return events.last_end(self.events_file, identity.offset if identity else 0)

    def status(self) -> Status:
        """Return how the run is, from its end event and, without one, from whether its process lives."""
        # The process first: an end event written after the look at the process must still be seen.
        identity = self.identity()
        running = identity is not None and (identity.alive if identity.here else self._heard_of())
        end = events.last_end(self.events_file, identity.offset if identity else 0)
        if end is not None:
            try:
                return Status(end.get("status", ""))
            except ValueError:
                return Status.FAILED
        if identity is None:
            return Status.WAITING
        return Status.RUNNING if running else Status.CRASHED

    def _heard_of(self) -> bool:
        """Whether a process on another host has been writing lately."""
        newest = 0.0
        for file in (self.events_file, self.process_file):
            try:
                newest = max(newest, file.stat().st_mtime)
            except OSError:
                continue
        return time.time() - newest < SILENCE

    def log_tail(self, lines: int = 20) -> list[str]:
        """Return the log's last lines, made safe to show."""
        try:
            with self.log_file.open("rb") as file:
                file.seek(max(os.fstat(file.fileno()).st_size - LOG_TAIL, 0))
                data = file.read()
        except OSError:
            return []
        text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
        return [printable(line) for line in text.split("\n")[-lines:]] if text and lines > 0 else []

    def same_inputs(self) -> bool:
        """Whether the files still hold what they held at `create`.

        Size and time of change tell it; a file of the same size that was only written anew, as a checkout or
        a copy does, is known by its hash, which each process takes once. Nothing is written: run.json belongs
        to the process that works on the run.
        """
        recorded = self.info.get("inputs")
        if not isinstance(recorded, list):
            return False
        for item in recorded:
            if not isinstance(item, dict) or not isinstance(item.get("path"), str):
                return False
            facts = _facts(Path(item["path"]))
            if facts["bytes"] is None or item.get("bytes") != facts["bytes"]:
                return False
            if item.get("mtime_ns") != facts["mtime_ns"]:
                known = item.get("sha256")
                if not known or sha256_of(item["path"], facts["bytes"], facts["mtime_ns"]) != known:
                    return False
        return True


def _facts(path: Path) -> dict[str, Any]:
    """What tells cheaply that a file has changed."""
    path = path.absolute()
    try:
        found = path.stat()
    except (OSError, ValueError):
        return {"path": str(path), "bytes": None, "mtime_ns": None}
    return {"path": str(path), "bytes": found.st_size, "mtime_ns": found.st_mtime_ns}


@lru_cache(maxsize=256)
def sha256_of(path: str, size: int, mtime_ns: int) -> str:  # noqa: ARG001 - a file of another time is another
    """Return the hash of a file's bytes, worked out once for its size and time; "" when it cannot be read."""
    import hashlib  # loads OpenSSL: not for the first frame

    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def list_runs(workspace: Workspace, recipe: str | None = None) -> list[Run]:
    """Return the workspace's runs, newest first; folders that hold no run are passed over."""
    try:
        folders = list(workspace.runs.iterdir())
    except OSError:
        return []
    runs = []
    for folder in folders:
        try:
            run = Run.open(folder)
        except UserError:
            continue
        if recipe is None or run.recipe == recipe:
            runs.append(run)
    return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)


def find_run(workspace: Workspace, name: str, recipe: str | None = None) -> Run:
    """Return the run of that id, or the one whose id begins so; "last" is the newest.

    The name is only compared with the ids that are there: it is never a path.

    Args:
        workspace: Where to look.
        name: What the person calls it.
        recipe: Look among the runs of this recipe alone.

    Raises:
        UserError: There is no such run, or more than one.
    """
    runs = list_runs(workspace, recipe)
    if not runs:
        of = f" of {recipe}" if recipe else ""
        raise UserError(f"{workspace.root}: no runs{of} here; another workspace is named with --workspace")
    if name == "last":
        return runs[0]
    found = [run for run in runs if run.id == name] or [run for run in runs if run.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(
            f"{name}: {len(found)} runs begin so, {found[-1].id} and {found[0].id} among them; say more"
        )
    raise UserError(f"{name}: no such run in {workspace.root}; ner-tui runs lists them")
