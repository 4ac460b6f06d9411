"""Ends what takes longer than it may, such as a regular expression that backtracks for hours."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 1.0
"""Seconds after which what has not ended is told again: compiled code may lose an exception."""


class TimeIsUpError(BaseException):
    """The time is over. No `except Exception` may take it for a fault of the row that is in hand.

    Attributes:
        explain: Says what took the time, in a sentence without a full stop, where that can be told; "".
    """

    explain: Callable[[], str] = staticmethod(lambda: "")


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End what runs longer. Regular expressions look for signals while they match.

    Signals reach the main thread alone: elsewhere nothing is ended, and standard error says so. There
    is one timer: no limit may stand within another one.

    Raises:
        TimeIsUpError: It took longer. It is raised again and again until this context is left.
    """
    if threading.current_thread() is not threading.main_thread():
        sys.stderr.write(f"not in the main thread, so not ended after {seconds:g} seconds\n")
        yield
        return

    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TimeIsUpError

    handler = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
