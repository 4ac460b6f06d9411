"""The process that works on a run: `python -m flowchart.runs.child FOLDER`.

It imports the recipe's module, lets it run, and writes the result and the end event, however it ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from flowchart.errors import EXIT_USER_ERROR, UserError
from flowchart.runs import events
from flowchart.runs.folder import Run, Status
from flowchart.runs.identity import Identity
from flowchart.runs.recipes import RECIPES
from flowchart.runs.reporter import IncompleteError, Reporter
from flowchart.runs.versions import versions
from flowchart.text import one_line
from flowchart.workspace import write_atomic

__all__ = ["IncompleteError", "Reporter", "main"]

NICE = 10
"""How far the work stands back behind what a person waits for."""

EXIT_FAILED = 1
EXIT_UNTOLD = 4
"""The end event could not be written; the log, if that could be, says why."""
EXIT_CANCELLED = 128 + signal.SIGTERM


class _CancelledError(BaseException):
    """Somebody asked this process to end. No `except Exception` may take it for a fault of the work."""


def main(argv: list[str] | None = None) -> int:
    """Work on the run in the folder named by the first argument; return the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m flowchart.runs.child FOLDER\n")
        return EXIT_USER_ERROR
    try:
        run = Run.open(Path(arguments[0]))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_USER_ERROR
    _settle(run)
    report = Reporter(run.events_file)
    try:
        _listen()
        report.emit("start", pid=os.getpid())
        end, code = _work(run, report)
    except _CancelledError:
        end, code = {"status": Status.CANCELLED, "message": "cancelled"}, EXIT_CANCELLED
    except UserError as error:
        end, code = {"status": Status.FAILED, "kind": "user", "message": str(error)}, EXIT_USER_ERROR
    except Exception as error:
        traceback.print_exc()
        end, code = {"status": Status.FAILED, "kind": "error", "message": _say(error)}, EXIT_FAILED
    _deafen()  # from here on it has ended; what comes now must not make a second end of it
    try:
        report.emit("end", **end)
    except OSError as error:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"the run ended ({end['status']}), but that could not be noted: {error}\n")
        return EXIT_UNTOLD
    return code


def _work(run: Run, report: Reporter) -> tuple[dict[str, Any], int]:
    module = RECIPES.get(run.recipe)
    if module is None:
        raise UserError(f"{run.id}: no recipe {run.recipe!r}; there are {', '.join(RECIPES)}")
    _record(run)
    try:
        result = importlib.import_module(module).run(run, report)
        end, code = {"status": Status.FINISHED, "message": ""}, 0
    except IncompleteError as error:
        result = error.result
        end, code = {"status": Status.FAILED, "kind": "incomplete", "message": str(error)}, EXIT_FAILED
    write_atomic(run.result_file, events.dump(result, indent=1) + "\n")
    return end, code


def _settle(run: Run) -> None:
    """Stand back in the queue for the processor, and say which process works on the run."""
    with contextlib.suppress(OSError):
        os.nice(max(NICE - os.nice(0), 0))
    identity = run.identity()
    if identity is None or identity.pid != os.getpid() or not identity.alive:
        # Started by hand, or quicker than whoever started it could note.
        new = Identity.of(os.getpid(), events.size(run.events_file))
        with contextlib.suppress(OSError):
            write_atomic(run.process_file, events.dump(new.to_dict()) + "\n")


def _listen() -> None:
    def cancelled(_number: int, _frame: FrameType | None) -> None:
        _deafen()
        raise _CancelledError

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, cancelled)
    signal.signal(signal.SIGINT, cancelled)


def _deafen() -> None:
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _record(run: Run) -> None:
    """Note what the result depends on: the inputs' hashes and the versions.

    Raises:
        UserError: An input is another one than when this run was first started.
    """
    inputs = run.info.get("inputs")
    for item in inputs if isinstance(inputs, list) else []:
        try:
            with Path(item["path"]).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError, KeyError, TypeError):
            continue  # the recipe says what is wrong with it
        if item.setdefault("sha256", found) != found:
            raise UserError(f"{item['path']}: has changed since this run began; start a new run")
    run.info["versions"] = versions()
    run.write_info()


def _say(error: Exception) -> str:
    """An error in one line; the log has the rest."""
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}; mend that and resume the run"
    if isinstance(error, MemoryError):
        return "out of memory; free some, or train with fewer workers"
    text = one_line(str(error), 300).strip()
    return f"{type(error).__name__}: {text}; log.txt has the details"


if __name__ == "__main__":
    sys.exit(main())
