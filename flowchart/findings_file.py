"""Findings of a run, and the rows they stand on, read back from disk without loading a dataset.

Light enough for the screen's process: nothing but the standard library, and never more of a file in memory
than one row or one page of findings (a JSON array excepted, which the loader bounds).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from flowchart.errors import UserError

_MAX_ARRAY = 64 << 20  # as flowchart.dataset.formats.jsonl.MAX_LINE: larger arrays are not read at all
_BOM = b"\xef\xbb\xbf"


def read_findings(
    file: Path, *, kind: str | None = None, stage: str | None = None, start: int = 0, limit: int = 500
) -> list[dict[str, Any]]:
    """Return a page of findings, in the order they were found.

    Lines that are no findings, such as the torn last one of a run that still writes, are skipped.

    Args:
        file: A run's `findings.jsonl`.
        kind: Only findings of this kind.
        stage: Only findings that count at this step of the funnel.
        start: How many of the chosen ones to skip.
        limit: How many to return at most.

    Raises:
        UserError: The file cannot be read.
    """
    found: list[dict[str, Any]] = []
    needle = b"" if kind is None else json.dumps(kind).encode()
    skipped = 0
    try:
        with file.open("rb") as lines:
            for line in lines:
                if len(found) >= limit:
                    break
                if needle not in line:
                    continue  # spares the parsing of most lines when one kind is asked for
                finding = _finding(line)
                if finding is None or (kind or finding["kind"]) != finding["kind"]:
                    continue
                if stage is not None and finding.get("stage") != stage:
                    continue
                if skipped < start:
                    skipped += 1
                else:
                    found.append(finding)
    except OSError as error:
        raise UserError(
            f"{file}: the findings cannot be read ({error.strerror}); check the data again"
        ) from error
    return found


def _finding(line: bytes) -> dict[str, Any] | None:
    try:
        finding = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return finding if isinstance(finding, dict) and isinstance(finding.get("kind"), str) else None


def read_row(file: Path, row: int, limit: int = 65536) -> str:
    """Return a row of a dataset as it stands in its file, plain or gzip.

    Args:
        file: The dataset's file.
        row: The line, counted from 1; in a file that is one JSON array the item.
        limit: How many bytes to return at most.

    Raises:
        UserError: The file cannot be read, or has no such row (any more).
    """
    gone = f"{file}: has no row {row}; it changed since it was checked, check it again"
    if row < 1:
        raise UserError(gone)
    try:
        with _open(file) as stream:
            array = _starts_array(stream)
        content = _array_item(file, row) if array else None
        if content == b"":
            raise UserError(gone)
        if content is None:
            with _open(file) as stream:
                content = _line(stream, row, limit)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(
            f"{file}: the gzip data is damaged ({error}); copy or export the file again"
        ) from error
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror or error}); bring it back") from error
    if content is None:
        raise UserError(gone)
    return content[:limit].decode("utf-8", "replace")


def _open(file: Path) -> IO[bytes]:
    raw = file.open("rb")
    if raw.peek(2)[:2] != b"\x1f\x8b":
        return raw
    raw.close()
    return cast(IO[bytes], gzip.open(file, "rb"))


def _starts_array(stream: IO[bytes]) -> bool:
    head = stream.read(4096).removeprefix(_BOM).lstrip(b" \t\r\n")
    return head[:1] == b"["


def _line(stream: IO[bytes], row: int, limit: int) -> bytes | None:
    for number in range(1, row + 1):
        line = stream.readline(limit + 8)
        if not line:
            return None
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(1 << 20)
        if number == row:
            return line.rstrip(b"\r\n").removeprefix(_BOM)
    return None


def _array_item(file: Path, row: int) -> bytes | None:
    """Return an item of a file that is one JSON array, b"" when there is none; None for other files."""
    with _open(file) as stream:
        data = stream.read(_MAX_ARRAY + 1)
    if len(data) > _MAX_ARRAY:
        return None
    found = b""
    try:
        for number, item in enumerate(_items(data.decode("utf-8-sig")), 1):
            if number == row:
                found = item.encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return found


def _items(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder(parse_int=str)
    white = " \t\r\n"

    def after_white(position: int) -> int:
        while position < len(text) and text[position] in white:
            position += 1
        return position

    position = after_white(after_white(0) + 1)
    while text[position : position + 1] != "]":
        _, end = decoder.raw_decode(text, position)
        yield text[position:end]
        position = after_white(end)
        if text[position : position + 1] == ",":
            position = after_white(position + 1)
        elif text[position : position + 1] != "]":
            raise ValueError("no array")
    if text[position + 1 :].strip(white):
        raise ValueError("more than an array")
