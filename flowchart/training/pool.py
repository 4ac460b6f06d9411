"""Trains points in processes of their own, some at a time, the longest first.

A training that runs out of memory, or crashes in compiled code, then takes no other with it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from flowchart.errors import UserError
from flowchart.text import one_line
from flowchart.training.point import Point, train

FORK = sys.platform == "linux"
"""Whether new processes are copies of this one, with spaCy imported already; elsewhere that is not safe."""

Hear = Callable[[Point, dict[str, Any]], None]


def train_points(points: Sequence[Point], workers: int, hear: Hear) -> None:
    """Train points until each is done or has failed. However this ends, no process is left.

    Args:
        points: The points.
        workers: How many to train at a time.
        hear: Called with a point and a message: {"kind": "start"}, {"kind": "step", ...}, {"kind": "done"}
            when its point.json is written, or {"kind": "failed", "message": ...}.
    """
    waiting = in_order(points)
    running: list[_Worker] = []
    try:
        while waiting or running:
            while waiting and len(running) < max(workers, 1):
                point = waiting.pop(0)
                hear(point, {"kind": "start"})
                running.append(_Worker(point))
            wait([handle for worker in running for handle in worker.handles])
            for worker in list(running):
                for message in worker.read():
                    hear(worker.point, message)
                if worker.over:
                    running.remove(worker)
    finally:
        for worker in running:
            worker.kill()


def in_order(points: Sequence[Point]) -> list[Point]:
    """Return points in the order in which to begin them.

    The first repeat of all comes first, so that a whole curve shows as early as with one repeat; within a
    repeat the longest, so that the processes end at about the same time.
    """
    return sorted(points, key=lambda point: (point.repeat, -point.work, -point.words, point.fraction))


class _Worker:
    """The process that trains one point."""

    def __init__(self, point: Point) -> None:
        self.point = point
        context = multiprocessing.get_context("fork") if FORK else multiprocessing.get_context("spawn")
        self._messages, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=work, args=(point, theirs, os.getpid()), daemon=True)
        self._process.start()
        theirs.close()
        self._told = False
        self.over = False

    @property
    def handles(self) -> list[Any]:
        """What becomes ready when there is something to read."""
        return [self._messages, self._process.sentinel] if not self._told else [self._process.sentinel]

    def read(self) -> list[dict[str, Any]]:
        """Return what it has said since; when it has ended without a word, say what became of it."""
        ended = not self._process.is_alive()
        found: list[dict[str, Any]] = []
        try:
            while not self._told and self._messages.poll():
                found.append(self._messages.recv())
                self._told = found[-1]["kind"] in ("done", "failed")
        except (EOFError, OSError):
            ended = True  # it has closed its end, which it does by ending alone
        if ended and not self.over:
            self._process.join()
            if not self._told:
                self._told = True
                found.append({"kind": "failed", "message": epitaph(self._process.exitcode)})
            self._messages.close()
            self._process.close()
            self.over = True
        return found

    def kill(self) -> None:
        """End it at once; nothing when it is over."""
        if self.over:
            return
        self._process.kill()
        self._process.join()
        self._messages.close()


def epitaph(code: int | None) -> str:
    """Say what became of a process that ended without a word, by its exit status."""
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        if name == "SIGKILL":
            return (
                "its process was killed (SIGKILL), most likely for want of memory; "
                "free some, or train with one worker, and resume"
            )
        return f"its process was ended by {name}; log.txt may say more"
    return f"its process ended with status {code}; log.txt says why"


def work(point: Point, messages: Connection, parent: int) -> None:
    """Train a point in a process of its own and send what happens; ends when `parent` does."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told too, and ends this one
    end_with(parent)

    def tell(step: dict[str, Any]) -> None:
        if os.getppid() != parent:
            os._exit(1)  # nobody waits for this any more
        messages.send({"kind": "step", **step})

    try:
        train(point, tell)
        messages.send({"kind": "done"})
    except Exception as error:
        traceback.print_exc()
        messages.send({"kind": "failed", "message": _say(error)})


def _say(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory; free some, or train with one worker, and resume"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename}); mend that and resume"
    return f"{type(error).__name__}: {one_line(str(error), 300).strip()}; log.txt has the details"


def end_with(parent: int) -> None:
    """Have this process end when its parent does, however that ends, whichever of its threads forked it."""
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="watch-parent").start()


def _watch(parent: int) -> None:
    # not PR_SET_PDEATHSIG: its signal comes when the thread ends that forked, the process may live on
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # Linux before 5.3; or it is gone already
            ended = select.poll()
            ended.register(os.pidfd_open(parent), select.POLLIN)
            while os.getppid() == parent:
                ended.poll()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
