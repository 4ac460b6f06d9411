"""Reads a row that the typed decoder refuses, field by field, so that one bad span costs only that span."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from flowchart.dataset import foreign
from flowchart.dataset.findings import quote
from flowchart.dataset.task import Row, Span

_FLAGS = {"_input_hash": int, "_is_binary": bool, "_view_id": str, "_annotator_id": str, "_session_id": str}


class UnreadableError(Exception):
    """A row of which nothing can be read.

    Attributes:
        kind: The kind of finding.
        message: What is wrong.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(slots=True)
class Problem:
    """A part of a row that was left aside."""

    kind: str
    message: str
    span: tuple[int, int] | None = None
    label: str = ""


@dataclass(slots=True)
class Reading:
    """A row as far as it could be read.

    Attributes:
        row: What could be read, every field of its type.
        problems: The spans left aside, one entry each.
        written: The spans written in the row.
        unreadable: What stands in place of a list of spans, or "".
        answer: The answer when it is no string, as a message shows it, or "".
        lone: Whether the text holds half of a surrogate pair.
    """

    row: Row
    problems: list[Problem] = field(default_factory=list)
    written: int = 0
    unreadable: str = ""
    answer: str = ""
    lone: bool = False

    @property
    def readable(self) -> bool:
        """Whether any of its spans could be read, if it has some."""
        return bool(self.row.spans) or not self.problems


def load_object(line: bytes | memoryview) -> dict[str, Any]:
    """Return a row's object as Python's own reader sees it, which takes NaN and half characters too.

    Raises:
        UnreadableError: The row is no JSON object.
    """
    try:
        text = bytes(line).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "not-utf8", f"not UTF-8 (byte 0x{error.object[error.start]:02x} at column {error.start + 1})"
        ) from None
    try:
        value = json.loads(text, parse_int=_integer)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        raise UnreadableError(
            "truncated-line" if cut and text.lstrip()[:1] == "{" else "not-json",
            f"not JSON ({error.msg} at column {error.colno}): {quote(text.strip())}",
        ) from None
    except RecursionError:
        raise UnreadableError("nested-too-deep", f"the JSON nests too deep: {quote(text)}") from None
    if not isinstance(value, dict):
        if named := foreign.named(value):
            raise UnreadableError("other-format", f"JSON, but no object: {named}")
        raise UnreadableError("not-an-object", f"JSON, but no object: {quote(text.strip())}")
    return value


def _integer(digits: str) -> int | float:
    # Python refuses to convert thousands of digits; nothing that long is an offset.
    return int(digits) if len(digits) <= 100 else math.copysign(math.inf, -1 if digits[0] == "-" else 1)


def read(line: bytes | memoryview) -> Reading:
    """Read what can be read of a row.

    Raises:
        UnreadableError: The row is no JSON object, or its text is no string.
    """
    data = load_object(line)
    text = data.get("text", UNSET)
    if text is not UNSET and text is not None and not isinstance(text, str):
        raise UnreadableError("text-not-string", f"the text is no string: {quote(text)}")
    row = Row(text=UNSET if text is None else text)
    reading = Reading(row, lone=isinstance(text, str) and has_lone_surrogate(text))
    answer = data.get("answer")
    if answer is None or isinstance(answer, str):
        row.answer = answer
    else:
        reading.answer = quote(answer)
    for key, kind in _FLAGS.items():
        if isinstance(value := data.get(key), kind) and not (kind is int and isinstance(value, bool)):
            setattr(row, key[1:], value)
    for key in ("relations", "versions", "meta", "tokens"):
        if key in data:
            setattr(row, key, _raw(data[key]))
    if isinstance(when := data.get("_timestamp"), (int, float, str)):
        row.timestamp = when
    _read_spans(data, reading)
    return reading


def _raw(value: object) -> Raw:
    try:
        return Raw(msgspec.json.encode(value))
    except (UnicodeEncodeError, RecursionError, msgspec.MsgspecError, OverflowError):
        return Raw(b"null")


def _read_spans(data: dict[str, Any], reading: Reading) -> None:
    written = data.get("spans", UNSET)
    if written is UNSET or written is None:
        reading.row.spans = written
        return
    reading.row.spans = []
    if not isinstance(written, list):
        reading.unreadable = quote(written)
        return
    reading.written = len(written)
    for number, item in enumerate(written, 1):
        span, problem = _read_span(item, number)
        if span is not None:
            reading.row.spans.append(span)
        elif problem is not None:
            reading.problems.append(problem)


def _read_span(item: object, number: int) -> tuple[Span | None, Problem | None]:
    if not isinstance(item, dict):
        return None, Problem("span-not-object", f"span {number} is no object: {quote(item)}")
    start, end, label = item.get("start"), item.get("end"), item.get("label")
    shown = label if isinstance(label, str) else ""
    for name, value in (("start", start), ("end", end)):
        if name not in item:
            only = " (token offsets only)" if "token_start" in item else ""
            return None, Problem(
                "span-offsets", f"span {number} has no {name}{only}: {quote(item)}", None, shown
            )
        if not isinstance(value, int) or isinstance(value, bool):
            message = f"span {number}: its {name} is no integer: {quote(value)}"
            return None, Problem("span-offsets", message, None, shown)
    assert isinstance(start, int) and isinstance(end, int)  # noqa: PT018 - checked above
    if not isinstance(label, str):
        what = f"its label is no string: {quote(label)}" if "label" in item else "it has no label"
        return None, Problem("span-label", f"span {number}: {what}", (start, end))
    if has_lone_surrogate(label):
        message = f"span {number}: half a character in its label: {label!a}"
        return None, Problem("span-label", message, (start, end))
    own = item.get("text")
    score = Raw(b"0") if "score" in item else UNSET
    numbers = (item.get("token_start"), item.get("token_end"))
    first, last = (each if isinstance(each, int) and not isinstance(each, bool) else None for each in numbers)
    return Span(start, end, label, own if isinstance(own, str) else None, score, first, last), None


def has_lone_surrogate(text: str) -> bool:
    """Return whether the text holds half of a surrogate pair, which no UTF-8 can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
