"""A run's events: a file with one JSON object a line, only ever appended to."""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TAIL = 64 * 1024
"""Bytes at the end of the file in which the end event is looked for; it is the last line of a run."""

MESSAGE = 2000
"""The most characters of a message in an event, so that the end event always lies within `TAIL`."""


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def dump(value: object, indent: int | None = None) -> str:
    """Return `value` as JSON. Numbers that JSON has no word for (NaN, infinity) become null."""
    try:
        return json.dumps(value, allow_nan=False, indent=indent)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False, indent=indent)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def append(file: Path, event: str, **fields: object) -> None:
    """Append one event with the time, as a whole line in a single write.

    Several processes may append to one file: with O_APPEND the system never mixes single writes. A torn line
    that a crash left at the end is closed first, so that it cannot swallow this one.

    Raises:
        OSError: It could not be written, or not whole, as on a full disk.
    """
    message = fields.get("message")
    if isinstance(message, str):
        fields["message"] = message[:MESSAGE]
    line = dump({"time": now(), "event": event, **fields}).encode() + b"\n"
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        written = os.write(descriptor, line)
        if written != len(line):
            # A second write with the rest may say what is wrong; a line in two pieces is still a line.
            rest = os.write(descriptor, line[written:])
            if rest + written != len(line):
                raise OSError(f"{file}: only {written + rest} of {len(line)} bytes written")
    finally:
        os.close(descriptor)


def read(file: Path, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return the events from a byte offset on, and the offset of what comes next.

    Only whole lines count: one that is still being written is read next time. Lines that are no JSON object
    are passed over. A file that has become shorter is read from its beginning.
    """
    try:
        with file.open("rb") as stream:
            length = os.fstat(stream.fileno()).st_size
            if offset > length:
                offset = 0
            stream.seek(offset)
            data = stream.read(length - offset)
    except OSError:
        return [], offset
    whole = data[: data.rfind(b"\n") + 1]
    events = [event for event in map(_parse, whole.split(b"\n")) if event is not None]
    return events, offset + len(whole)


def last_end(file: Path, offset: int = 0) -> dict[str, Any] | None:
    """Return the last end event at or after a byte offset, or None when the run has not ended since.

    Only the end of the file is read, whatever its size.
    """
    try:
        with file.open("rb") as stream:
            length = os.fstat(stream.fileno()).st_size
            start = max(offset, length - TAIL)
            stream.seek(start)
            data = stream.read(max(length - start, 0))
    except OSError:
        return None
    for line in reversed(data[: data.rfind(b"\n") + 1].split(b"\n")):
        event = _parse(line) if b'"end"' in line else None
        if event is not None and event.get("event") == "end":
            return event
    return None


def size(file: Path) -> int:
    """Return the file's size in bytes; 0 when there is none."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
