"""Starting, cancelling and resuming runs: each is a process in a session of its own.

A hang-up of the terminal, or the end of the app, does not reach it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flowchart
from flowchart.errors import UserError
from flowchart.runs import events
from flowchart.runs.folder import Run, Status
from flowchart.runs.identity import Identity
from flowchart.workspace import NO_LOCKS, write_atomic

THREADS = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB", "NUMEXPR")
}
"""One thread for each process's matrix products: the points of a curve already fill the cores."""


def launch(run: Run) -> None:
    """Start a run in a process of its own, which goes on when this one ends.

    Raises:
        UserError: It runs already, has run before, or could not be started.
    """
    with _sole(run):
        status = run.status()
        if status is not Status.WAITING:
            raise UserError(
                f"{run.id}: {status.value}, so it cannot be started; resume it or start a new one"
            )
        _start(run)


def resume(run: Run) -> None:
    """Start a run again that did not come to its end; what it has finished is kept.

    Raises:
        UserError: It is still running, or has finished, or could not be started.
    """
    with _sole(run):
        status = run.status()
        if status in (Status.RUNNING, Status.FINISHED):
            raise UserError(
                f"{run.id}: {status.value}, so there is nothing to resume; start a new run instead"
            )
        identity = run.identity()
        if identity is not None:
            identity.kill(
                signal.SIGKILL
            )  # helpers of a process that was killed must not write beside new ones
        _start(run)


def cancel(run: Run, grace: float = 3.0) -> None:
    """End a run with all its processes within `grace` seconds; it then has an end event.

    A run that has ended or crashed stays as it is, but for processes that it may have left behind.

    Args:
        run: The run.
        grace: Seconds; for two thirds of them the processes may end by themselves, then they are killed.

    Raises:
        UserError: It runs on another host, or did not end.
    """
    status = run.status()
    identity = run.identity()
    if identity is not None and not identity.here and status is Status.RUNNING:
        raise UserError(f"{run.id}: runs on host {identity.host}; cancel it there")
    if identity is not None:
        _end_group(identity, grace)
    if status in (Status.WAITING, Status.RUNNING) and run.end() is None:
        try:
            events.append(run.events_file, "end", status=Status.CANCELLED.value, message="cancelled")
        except OSError as error:
            raise UserError(
                f"{run.events_file}: the run is stopped, but that could not be noted ({error.strerror})"
            ) from error


def _end_group(identity: Identity, grace: float) -> None:
    begin = time.monotonic()
    identity.kill(signal.SIGTERM)
    if _gone(identity, begin + grace * 2 / 3):
        return
    identity.kill(signal.SIGKILL)
    if not _gone(identity, begin + grace + 1.0):
        raise UserError(f"process {identity.pid}: does not end, not even when killed; is its disk hanging?")


def _gone(identity: Identity, deadline: float) -> bool:
    pause = 0.01
    while identity.members():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True


@contextmanager
def _sole(run: Run) -> Iterator[None]:
    """Let one process at a time look whether a run is started, and start it."""
    try:
        with (run.folder / "launch.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError as error:
                if error.errno not in NO_LOCKS:  # without locks two starts at once cannot be told apart
                    raise
            yield
    except OSError as error:
        raise UserError(f"{run.folder}: cannot start a run here ({error.strerror or error})") from error


def environment() -> dict[str, str]:
    """Return the environment of a run's process: this one's, with single-threaded matrix products.

    The process finds the same `flowchart` as this one, and nothing in the current folder: a file random.py
    lying beside somebody's data must not become part of the program.
    """
    variables = {
        **os.environ,
        **THREADS,
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
    }
    root = Path(flowchart.__file__).resolve().parent.parent
    if root.name not in ("site-packages", "dist-packages"):
        given = variables.get("PYTHONPATH")
        variables["PYTHONPATH"] = os.pathsep.join([str(root), *([given] if given else [])])
    return variables


def _start(run: Run) -> None:
    offset = events.size(run.events_file)
    cwd = Path(str(run.info.get("cwd", "")))
    try:
        with run.log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "flowchart.runs.child", str(run.folder.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=cwd if cwd.is_dir() else run.folder,
                env=environment(),
            )
    except OSError as error:
        message = f"cannot start its process ({error.strerror or error})"
        with contextlib.suppress(OSError):
            events.append(run.events_file, "end", status=Status.FAILED.value, kind="launch", message=message)
        raise UserError(f"{run.id}: {message}; try again when the system has room") from error
    # Reaped as soon as it ends: a process that nobody waits for would look alive to others.
    threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
    try:
        identity = Identity.of(process.pid, offset)
        write_atomic(run.process_file, events.dump(identity.to_dict()) + "\n")
    except OSError as error:
        process.kill()
        raise UserError(
            f"{run.process_file}: cannot be written ({error.strerror}); free some space"
        ) from error
