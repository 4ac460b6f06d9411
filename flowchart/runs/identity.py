"""Which process a run belongs to, told apart from a later one that happens to have the same number."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROC = Path("/proc")
BOOT = PROC / "sys/kernel/random/boot_id"


@dataclass(frozen=True, slots=True)
class Identity:
    """A process, known by more than its number.

    Attributes:
        pid: Its number, which is also that of its session and process group.
        started: When it started, in clock ticks since the boot (field 22 of /proc/PID/stat); None on systems
            without /proc, where a number that was given out again cannot be told.
        boot: The boot it belongs to; "" where the system does not say.
        host: The host's name.
        offset: The size of events.jsonl when it was launched, in bytes: what comes after is its own.
    """

    pid: int
    started: int | None
    boot: str
    host: str
    offset: int

    @classmethod
    def of(cls, pid: int, offset: int) -> Identity:
        """Return the identity of a running process of this host."""
        fields = _stat(pid)
        return cls(pid, fields.started if fields else None, boot_id(), socket.gethostname(), offset)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Identity | None:
        """Return the identity that `to_dict` gave, or None when it is no such thing."""
        try:
            return cls(
                int(data["pid"]),
                None if data["started"] is None else int(data["started"]),
                str(data["boot"]),
                str(data["host"]),
                int(data["offset"]),
            )
        except (KeyError, TypeError, ValueError, IndexError):
            return None

    def to_dict(self) -> dict[str, Any]:
        """Return the identity as plain data."""
        return asdict(self)

    @property
    def here(self) -> bool:
        """Whether it is, or was, a process of this host: only then can be told whether it lives."""
        return self.host == socket.gethostname()

    @property
    def alive(self) -> bool:
        """Whether this very process runs. One that is dead and only waits to be reaped does not."""
        if not self.here or self.boot != boot_id():
            return False
        fields = _stat(self.pid)
        if fields is None:
            return False
        return fields.state not in "ZX" and (self.started is None or fields.started == self.started)

    def members(self) -> list[int]:
        """Return the living processes of its group: itself and those it started.

        They can outlive it. The system does not give a number out anew while a group of that number exists. A
        later group, of which the first process is gone too, is told by its session, which has another number.
        """
        if not self.here or self.boot != boot_id():
            return []
        if not PROC.joinpath("self/stat").exists():
            return [self.pid] if self.alive else []
        found = []
        for entry in os.listdir(PROC):  # noqa: PTH208 - an order faster over thousands of processes
            fields = _stat(int(entry)) if entry.isdecimal() else None
            if fields is None or fields.group != self.pid or fields.state in "ZX":
                continue
            if int(entry) == self.pid and fields.started != self.started:
                return []  # the number belongs to somebody else by now, and so does the group
            if self.started is None or (fields.started or 0) >= self.started:
                found.append((int(entry), fields.session))
        led = any(number == self.pid for number, _ in found)
        return [number for number, session in found if led or session == self.pid]

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to what lives of its group; nothing when nothing does."""
        if self.members():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


@dataclass(frozen=True, slots=True)
class _Stat:
    state: str
    group: int
    session: int
    started: int | None


def _stat(pid: int) -> _Stat | None:
    """What the system says about a process; None when there is none of that number."""
    try:
        # The name, in parentheses, may hold anything; the fields after it are plain.
        fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return _Stat(fields[0].decode(), int(fields[2]), int(fields[3]), int(fields[19]))
    except (OSError, IndexError, ValueError):
        pass
    if PROC.joinpath("self/stat").exists():
        return None
    try:
        os.kill(pid, 0)
        return _Stat("R", os.getpgid(pid), os.getsid(pid), None)
    except PermissionError:
        return _Stat("R", -1, -1, None)
    except (OSError, OverflowError):
        return None


def boot_id() -> str:
    """Return what tells this boot of the system from all others; "" where the system does not say."""
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""
