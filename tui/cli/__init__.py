"""The command line: `ner-tui` and `python -m tui`.

`import tui.cli` costs next to nothing, and so do `--version` and `--help`: each command's module is imported
when the command runs, and none of them imports spaCy. Whatever goes wrong is said in one line on stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

EXIT_FAILED = 1
"""The exit status when a run failed, or the program itself did."""

DEBUG = "NER_TUI_DEBUG"
"""The environment variable that brings back the traceback of a bug."""


class RunFailedError(Exception):
    """A run that was well asked for ended badly; the message says how, in one line."""


class StoppedError(Exception):
    """A signal asked the program to end.

    Attributes:
        number: The signal's number.
    """

    def __init__(self, number: int, message: str = "") -> None:
        super().__init__(message)
        self.number = number


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        argv: The arguments after the program's name; those of the process when None.

    Returns:
        0 when all went well, 1 when a run failed, 2 when what was given cannot be used, 128 and the signal's
        number when a signal ended it.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that knows only ASCII gets "?" rather than a traceback
    from flowchart.errors import EXIT_USER_ERROR, UserError

    message, status = "", 0
    try:
        status = _dispatch(arguments)
        sys.stdout.flush()
    except UserError as error:
        message, status = str(error), EXIT_USER_ERROR
    except RunFailedError as error:
        message, status = str(error), EXIT_FAILED
    except StoppedError as stopped:
        message, status = str(stopped), 128 + stopped.number
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        # `| head` has read enough. What is still buffered must not be tried again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        message = f"a bug: {type(error).__name__}: {error} (the traceback: set {DEBUG}=1)"
        status = EXIT_FAILED
    return _say(message, status)


def _dispatch(arguments: list[str]) -> int:
    from tui.cli.parser import parse

    options = parse(arguments)
    # import_module of importlib, without importing importlib: a name from our own table, never from outside
    module = __import__(f"tui.cli.{options.module}", fromlist=["run"])
    return int(module.run(options))


def _say(message: str, status: int) -> int:
    if message:
        from flowchart.text import one_line

        try:
            sys.stderr.write(f"ner-tui: {one_line(message)}\n")
            sys.stderr.flush()
        except OSError:
            pass  # the terminal is gone; the status still tells
    return status
