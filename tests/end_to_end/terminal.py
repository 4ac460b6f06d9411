"""A real terminal for a real process: a pty, and an emulator that keeps what a person would see."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

NER_TUI = Path(sys.executable).parent / "ner-tui"
KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "enter": "\r",
    "tab": "\t",
    "esc": "\x1b",
}

UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1bP.*?\x1b\\", re.DOTALL)
"""Sequences of newer terminals than the emulator knows (Kitty's keyboard, XTVERSION): it would print them."""


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of somebody who has just logged in."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "TERM": "xterm-256color",
        **more,
    }


class Terminal:
    """A process in a pty of `columns` by `lines` cells.

    Attributes:
        raw: Every byte that the process has sent.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        columns: int = 80,
        lines: int = 24,
        cwd: Path | None = None,
    ) -> None:
        self.raw = b""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        program, *arguments = [str(part) for part in command]
        self.process = pexpect.spawn(
            program,
            arguments,
            env=dict(env),
            dimensions=(lines, columns),
            cwd=str(cwd) if cwd else None,
            timeout=5,
        )

    def read(self, seconds: float = 0.1) -> None:
        """Take in what has been sent, waiting at most so long for the first byte."""
        end = time.monotonic() + seconds
        while True:
            try:
                data = self.process.read_nonblocking(65536, timeout=max(end - time.monotonic(), 0))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return
            self.raw += data
            # pyte knows no private parameters of some sequences (kitty keyboard, XTVERSION): leave those out.
            self._stream.feed(
                re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1bP.*?\x1b\\", b"", data, flags=re.DOTALL)
            )

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, wanted: str, seconds: float = 30) -> str:
        """Read until a text stands on the screen.

        Raises:
            AssertionError: It never did; the message shows what did.
        """
        return self.wait_until(lambda: re.search(wanted, self.text) is not None, seconds, f"no {wanted!r}")

    def wait_until(self, done: Callable[[], bool], seconds: float = 30, what: str = "never so") -> str:
        """Read until something is so."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                message = f"{what} after {seconds} s; on the screen:\n{self.text}"
                raise AssertionError(message)
            self.read()
        return self.text

    def press(self, *keys: str) -> None:
        """Press keys one after the other; longer words that are no key's name are typed."""
        for key in keys:
            self.process.send(KEYS.get(key, key))
            self.read(0.05)

    def wait_for_end(self, seconds: float = 20) -> int:
        """Wait until the process has ended; return its exit status, or 128 and the signal."""
        end = time.monotonic() + seconds
        while self.process.isalive():
            if time.monotonic() > end:
                message = f"still running after {seconds} s; on the screen:\n{self.text}"
                raise AssertionError(message)
            self.read()
        self.read(0)
        self.process.close()
        status = self.process.exitstatus
        return status if status is not None else 128 + (self.process.signalstatus or 0)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.process.close(force=True)


def needs(*programs: str) -> str:
    """Return why a test of these programs cannot run, or ""."""
    missing = [
        program
        for program in programs
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None
    ]
    return f"not installed here: {', '.join(missing)}" if missing else ""
