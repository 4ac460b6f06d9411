"""What another machine does with a parcel: it trains what is in it, as a task of its dask worker.

The training has a process of its own, `python -m flowchart.training.remote`: a crash in compiled code, or an
end for want of memory, does not take the worker with it. (A worker may be a daemonic process, which
multiprocessing forbids to have children, and it has threads, which a fork does not survive: hence a program.)
Nothing here imports spaCy but that process.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowchart.runs.events import dump
from flowchart.runs.process import environment
from flowchart.runs.versions import versions
from flowchart.training.parcel import Parcel, Returned, differing, made, moved

if TYPE_CHECKING:
    from distributed import Worker

    from flowchart.training.point import Point

LOOK = 0.2
"""Seconds after which a machine looks again whether its training is still wanted."""

PAUSE = 0.45
"""Seconds between two steps told, unless one has been measured: about two a second."""

LOG_TAIL = 4000
"""The bytes at the end of a failed training's output that are sent back."""


def train_here(payload: bytes, shared: Mapping[str, bytes], topic: str, key: str) -> Returned:
    """Train what is in a parcel, as a task of a dask worker.

    Args:
        payload: The pickled parcel.
        shared: Files that several parcels have in common, by their paths.
        topic: The topic of dask's events under which it tells how it goes.
        key: The task's key.

    Raises:
        distributed.Reschedule: The worker is being closed; somebody else has to do it.
        RuntimeError: Nobody wants it any more.
    """
    from distributed import get_worker

    worker = get_worker()
    parcel: Parcel = pickle.loads(payload)
    if wrong := differing(parcel.versions, versions()):
        return Returned({}, f"{worker.address} has {wrong}; install the same there and resume")
    attempt = os.urandom(4).hex()

    def tell(message: dict[str, Any]) -> None:
        worker.log_event(topic, {"key": key, "attempt": attempt, "message": dump(message)})

    tell({"kind": "start"})
    with tempfile.TemporaryDirectory(
        dir=worker.local_directory, prefix="ner-tui-", ignore_cleanup_errors=True
    ) as temporary:
        root = Path(temporary) / "run"
        parcel.unpack(root, shared)
        (Path(temporary) / "point").write_bytes(parcel.point)
        child = _Child(Path(temporary))
        try:
            while not child.over:
                for step in child.steps():
                    tell(step)
                _look(worker, key)
        finally:
            child.kill()
        if child.done:
            return Returned(made(root, parcel.folder, {**parcel.files, **shared}))
        return Returned({}, child.message, child.status, child.log())


def _look(worker: Worker, key: str) -> None:
    from distributed import Reschedule
    from distributed.core import Status

    if worker.status in (Status.closing, Status.closed, Status.failed):
        raise Reschedule
    # Dask does not interrupt a task that nobody wants any more: because the run was cancelled, or because the
    # process that wanted it is gone. It only notes it.
    task = worker.state.tasks.get(key)
    if task is None or task.state == "cancelled":
        raise RuntimeError("nobody wants this training any more")


class _Child:
    """The process of a training."""

    def __init__(self, folder: Path) -> None:
        self.over = False
        self.done = False
        self.message = ""
        self.status: int | None = None
        self._log = folder / "log.txt"
        self._last = 0.0
        self._messages, theirs = multiprocessing.Pipe(duplex=False)
        with theirs, self._log.open("wb") as log:
            handle = theirs.fileno()
            program = [sys.executable, "-P", "-m", __name__, str(folder), str(handle), str(os.getpid())]
            self._process = subprocess.Popen(
                program,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment(),
                pass_fds=[handle],
            )

    def steps(self) -> list[dict[str, Any]]:
        """Wait a moment; return what is to be told of what it has said, and note how it ended."""
        found: list[dict[str, Any]] = []
        try:
            while not self.over and self._messages.poll(0 if found else LOOK):
                message = self._messages.recv()
                if message["kind"] == "step":
                    found.append(message)
                else:
                    self.over = True
                    self.done = message["kind"] == "done"
                    self.message = str(message.get("message", ""))
        except (EOFError, OSError):  # it has closed its end, which it does by ending alone
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(LOOK)
        if not self.over and self._process.poll() is not None:
            self.over = True
            self.status = self._process.returncode
        return [step for step in found if self._due(step)]

    def _due(self, step: dict[str, Any]) -> bool:
        moment = time.monotonic()
        if step.get("ents_f") is None and moment - self._last < PAUSE:
            return False
        self._last = moment
        return True

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        self._process.kill()
        self._process.wait()
        self._messages.close()

    def log(self) -> str:
        """Return the end of what it printed."""
        with self._log.open("rb") as file:
            file.seek(max(self._log.stat().st_size - LOG_TAIL, 0))
            return file.read().decode("utf-8", "replace").strip()


def main(folder: str, handle: str, parent: str) -> None:
    """Train the point that lies in a folder, and tell through a pipe how it goes."""
    from flowchart.training.pool import work

    place = Path(folder)
    point: Point = pickle.loads((place / "point").read_bytes())
    messages = Connection(int(handle), readable=False)
    work(moved(point, lambda path: place / "run" / path), messages, int(parent))


if __name__ == "__main__":
    main(*sys.argv[1:])
