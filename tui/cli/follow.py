"""Starting a run and following it to its end: progress on stderr, nothing on stdout."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flowchart.errors import UserError
from flowchart.runs.asked import kept_run, new_run
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import cancel, launch
from flowchart.runs.progress import Progress, TrainingProgress
from flowchart.text import one_line, pad
from flowchart.workspace import Workspace
from tui.cli import RunFailedError, StoppedError


class RunIncompleteError(RunFailedError):
    """A run that failed in part; what was done is to be shown all the same.

    Attributes:
        run: The run.
        result: What was done.
    """

    def __init__(self, message: str, run: Run, result: dict[str, Any]) -> None:
        super().__init__(message)
        self.run = run
        self.result = result


_STAGES = {"read": "reading", "align": "aligning to tokens", "split": "splitting", "train": "training"}
ACTIVE = (Status.WAITING, Status.RUNNING)
_MOST_NAMED = 6  # trainings that are all named in one line
_PAUSE = 0.1  # seconds between two looks at the folder


def done(workspace: Workspace, recipe: str, settings: dict[str, Any]) -> tuple[Run, dict[str, Any]]:
    """Return a run that has done a recipe already, or does it now, with its result.

    Raises:
        UserError: The data cannot be used.
        RunFailedError: The run failed, crashed or was cancelled.
        StoppedError: A signal ended it, or the following of a run that somebody else started.
    """
    run = kept_run(workspace, recipe, settings)
    if run is None:
        return perform(workspace, recipe, settings)
    status = run.status()
    return run, outcome(run, status) if status is Status.FINISHED else attend(run)


def perform(workspace: Workspace, recipe: str, settings: dict[str, Any]) -> tuple[Run, dict[str, Any]]:
    """Do a recipe as a run, to its end, and return the run with its result.

    Ctrl-C and SIGTERM cancel the run. A lost terminal does not: the run goes on, and `ner-tui runs` finds it.

    Raises:
        UserError: The data cannot be used.
        RunFailedError: The run failed, crashed, or was cancelled by somebody else.
        StoppedError: A signal ended it; the run is cancelled.
    """
    workspace.create()
    run = new_run(workspace, recipe, settings)
    return run, carry_out(run)


def carry_out(run: Run) -> dict[str, Any]:
    """Start a run and follow it to its end; what ends this, ends the run.

    Raises:
        UserError, RunFailedError, StoppedError: As `perform` does.
    """
    with _signals() as asked:
        launch(run)
        try:
            return follow(run, asked)
        except StoppedError as stopped:
            cancel(run)
            raise StoppedError(
                stopped.number, f"cancelled {run.id}; continue it: {_command('resume', run)}"
            ) from None


def attend(run: Run) -> dict[str, Any]:
    """Follow a run that somebody else started; a signal ends the following, not the run.

    Raises:
        UserError: The data cannot be used.
        RunFailedError: The run failed, crashed or was cancelled.
        StoppedError: A signal ended the following.
    """
    with _signals() as asked:
        try:
            return follow(run, asked)
        except StoppedError as stopped:
            raise StoppedError(
                stopped.number, f"{run.id} goes on; come back: {_command('follow', run)}"
            ) from None


def follow(run: Run, asked: list[int]) -> dict[str, Any]:
    """Show a run's progress until it has ended, and return its result.

    Args:
        run: The run; it may have ended long ago.
        asked: The signals that came in so far; the first ends the following.

    Raises:
        UserError: The data cannot be used.
        RunFailedError: The run failed, crashed or was cancelled.
        StoppedError: A signal came in while the run was going.
    """
    progress, offset = Progress.of(run.settings), 0
    display = _Line() if _is_terminal() else _Lines()
    try:
        while True:
            # The status first: the events read after it then hold the end that it tells of.
            status = run.status()
            events, offset = run.events(offset)
            for event in events:
                progress.fold(event)
            display.show(progress)
            if status not in ACTIVE:
                break
            if asked:
                raise StoppedError(asked[0])
            time.sleep(_PAUSE)
    finally:
        display.close()
    return outcome(run, status)


def outcome(run: Run, status: Status) -> dict[str, Any]:
    """Return the result of a run that has ended.

    Raises:
        UserError: It failed on what it was given.
        RunIncompleteError: It failed in part.
        RunFailedError: It ended in any other way than finished.
    """
    if status is Status.FINISHED:
        result = run.result()
        if result is not None:
            return result
        raise RunFailedError(f"{run.id}: its result is gone from {run.folder}; run it again")
    end = run.end() or {}
    message = str(end.get("message") or "")
    if status is Status.FAILED and end.get("kind") == "user":
        raise UserError(message)
    if status is Status.CANCELLED:
        raise RunFailedError(f"{run.id} was cancelled; continue it: {_command('resume', run)}")
    said = message or next(
        (line.strip() for line in reversed(run.log_tail()) if line.strip()), "no last words"
    )
    if end.get("kind") == "incomplete" and (result := run.result()) and result.get("points"):
        message = f"{run.id}: {said}; what is missing is trained by: {_command('resume', run)}"
        raise RunIncompleteError(message, run, result)
    how = "failed" if status is Status.FAILED else "crashed"
    raise RunFailedError(f"{run.id} {how}: {said} (log: {run.log_file})")


def _command(action: str, run: Run) -> str:
    """Return the command that does something with a run, from this folder."""
    return f"ner-tui runs {action} {run.id}{Workspace(run.folder.parent.parent).option}"


def stage(progress: Progress) -> str:
    """Return what a run is at, in words."""
    return progress.message or _STAGES.get(progress.stage, progress.stage) or "starting"


def summary(progress: Progress) -> str:
    """Return where a run is, in one line of printable text."""
    trainings = [training for _, training in sorted(progress.trainings.items())]
    if not trainings:
        share = f" {100 * progress.done / progress.total:.0f}%" if progress.total else ""
        return one_line(stage(progress) + share)
    if len(trainings) + progress.waiting <= _MOST_NAMED:
        return one_line(" | ".join(_so_far(training, progress.repeats) for training in trainings))
    # Many trainings: what runs now, and how many have ended or wait.
    states = Counter(training.state for training in trainings)
    counts = f"{states['done']}/{len(trainings) + progress.waiting} trained"
    failed = [f"{states['failed']} failed"] if states["failed"] else []
    running = [_so_far(training, progress.repeats) for training in trainings if training.state == "training"]
    return one_line(" | ".join([counts, *failed, *running]))


def _so_far(training: TrainingProgress, repeats: int) -> str:
    name = training.name(repeats)
    score = "" if training.ents_f is None else f" F {training.ents_f:.2f}"
    match training.state:
        case "done":
            return f"{name}{score} done"
        case "training":
            return f"{name} {training.step}/{training.max_steps}{score}"
        case state:
            return f"{name} {state}"


def _is_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class _Line:
    """One line of a terminal, written over and over."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = ""

    def show(self, progress: Progress) -> None:
        """Bring the line up to date; bytes are sent only for what changed."""
        width = max(_columns() - 1, 10)
        seconds = int(time.monotonic() - self._began)
        line = pad(f"{seconds // 60}:{seconds % 60:02d}  {summary(progress)}", width)
        if line != self._shown:
            self._shown = line
            _write(f"\r{line}")

    def close(self) -> None:
        """Leave the line empty, for what comes next."""
        if self._shown:
            _write("\r" + " " * len(self._shown) + "\r")


def _columns() -> int:
    try:
        return (
            os.get_terminal_size(sys.stderr.fileno()).columns or 80
        )  # stdout may be a file of another width
    except OSError:
        return 80


class _Lines:
    """A file or a pipe: a line for each stage begun and each training done."""

    def __init__(self) -> None:
        self._told: set[object] = set()

    def show(self, progress: Progress) -> None:
        """Write a line for whatever is new."""
        if progress.stage and not progress.trainings:
            # each thing that is measured is a stage of its own
            part = progress.message if progress.stage == "measure" else ""
            self._tell((progress.stage, part), stage(progress))
        for key, training in progress.trainings.items():
            name = training.name(progress.repeats)
            if training.state == "done":
                score, seconds = training.ents_f or 0.0, training.seconds or 0.0
                self._tell(key, f"{name}: {training.docs} texts, F {score:.3f} ({seconds:.0f} s)")
            elif training.state == "failed":
                self._tell((key, training.message), f"{name} failed: {training.message}")

    def _tell(self, key: object, line: str) -> None:
        if key not in self._told:
            self._told.add(key)
            _write(one_line(line) + "\n")

    def close(self) -> None:
        """Nothing is left open."""


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        pass  # nobody watches any more; the run is worth more than its progress


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Note Ctrl-C and SIGTERM for as long as this lasts.

    They are only noted, not raised: an exception in the middle of a launch would leave a process behind that
    nobody knows.
    """
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
