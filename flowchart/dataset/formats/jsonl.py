"""JSON Lines: one object a line, plain or gzip, read in pieces whatever the size of the file."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from flowchart.errors import UserError

CHUNK = 1 << 20
MAX_LINE = 64 << 20
"""The longest line, and the largest JSON array, that is read: 64 MiB unpacked. Guards against gzip bombs."""

BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_WHITE = b" \t\r\n"


def open_bytes(path: Path) -> tuple[IO[bytes], IO[bytes]]:
    """Open a file that may be gzip, told by its first bytes, not its name.

    Returns:
        The unpacked stream, and the file on disk beneath it, whose position tells the progress.

    Raises:
        UserError: There is no such file, it is a folder, it is empty, or it cannot be read.
    """
    try:
        if path.is_dir():
            raise UserError(f"{path}: is a folder{_folder(path)}; name a JSONL file in it")
        if not path.is_file() and path.exists():
            raise UserError(f"{path}: is not a regular file; save the annotations to a file and name that")
        raw = path.open("rb")
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; name the JSONL file with the annotations") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: cannot be read ({reason}); mend that or name another file") from error
    head = raw.peek(4)[:4]
    if not head:
        raw.close()
        raise UserError(f"{path}: the file is empty; export the annotations again")
    if head[:2] in _UTF16:
        raw.close()
        raise UserError(
            f"{path}: the file is UTF-16, not UTF-8; convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW"
        )
    if head[:2] == _GZIP:
        return gzip.GzipFile(fileobj=raw), raw  # type: ignore[return-value]
    return raw, raw


def _folder(path: Path) -> str:
    """Return which other tool's a folder is, where its files tell."""
    if any(path.glob("*.ann")):
        return " with brat's .ann files, which are not read here"
    if (path / "dataset_info.json").is_file() or (path / "dataset_dict.json").is_file():
        return " with a Hugging Face dataset, which is not read here"
    if (path / "meta.json").is_file() and (path / "config.cfg").is_file():
        return " with a spaCy pipeline, no annotations"
    return ""


def lines(path: Path, progress: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """Yield the lines of a file without line feeds, blank ones too: counting them gives line numbers.

    Only the line feed ends a line: U+2028 and its like stand inside JSON strings.

    Args:
        path: The file, plain or gzip.
        progress: Told the bytes of the file on disk read so far, about once a megabyte.

    Raises:
        UserError: The file cannot be read, gzip data is damaged, or a line is longer than 64 MiB.
    """
    stream, raw = open_bytes(path)
    with raw, stream:
        rest: list[bytes] = []
        length = 0
        number = 0
        while chunk := _read(path, stream, number + 1):
            *whole, last = chunk.split(b"\n")
            if whole:
                rest.append(whole[0])
                whole[0] = b"".join(rest)
                rest, length = [], 0
                number += len(whole)
                yield from whole
            rest.append(last)
            length += len(last)
            if length > MAX_LINE:
                raise UserError(
                    f"{path}: line {number + 1} is longer than {MAX_LINE >> 20} MiB unpacked; "
                    "this is no list of annotations, or its line ends are missing"
                )
            if progress is not None:
                progress(raw.tell())
        if tail := b"".join(rest):
            yield tail


def _read(path: Path, stream: IO[bytes], line: int) -> bytes:
    try:
        return stream.read(CHUNK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(
            f"{path}: the gzip data is damaged or cut off (at line {line}: {error}); copy it again"
        ) from error
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror or error}); mend that and try again"
        ) from error


def array_items(path: Path) -> list[memoryview] | None:
    """Return the items of a file that is one JSON array, each as its bytes, or None when it is none.

    Raises:
        UserError: The file cannot be read, or is an array of more than 64 MiB.
    """
    stream, raw = open_bytes(path)
    with raw, stream:
        head = _read(path, stream, 1)
        if head.removeprefix(BOM).lstrip(_WHITE)[:1] != b"[":
            return None
        content = io.BytesIO()
        content.write(head)
        while content.tell() <= MAX_LINE and (chunk := _read(path, stream, 1)):
            content.write(chunk)
    data = content.getvalue()
    if len(data) > MAX_LINE:
        if b"\n" in data and _starts_with_value(data.split(b"\n", 1)[0]):
            return None  # lines that happen to begin with an array: each is told as a row
        raise UserError(
            f"{path}: one JSON array of more than {MAX_LINE >> 20} MiB; make it one object a line: "
            "jq -c '.[]' OLD > NEW.jsonl"
        )
    try:
        items = msgspec.json.decode(data.removeprefix(BOM), type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return [memoryview(item) for item in items]


def _starts_with_value(line: bytes) -> bool:
    try:
        msgspec.json.decode(line.removeprefix(BOM))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True
