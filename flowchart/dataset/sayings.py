"""Who says something: the annotator of a row, when it was, and the rows that a reviewed row stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from flowchart.dataset.task import Row

_STARTED = re.compile(
    r"(?:^|[-_.\s])\d{4}-\d\d-\d\d[-_T\s]\d\d[-_:.]?\d\d[-_:.]?\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$"
)
"""How Prodigy names a session that nobody named: by its start, with the dataset before it or without."""


_LATEST = 1e15  # seconds, beyond which no number is a time


class Review(NamedTuple):
    """What a reviewed row knows of the rows that it was made from.

    Attributes:
        names: The annotators and sessions of its versions.
        labels: The labels in its own spans and in those of its versions.
    """

    names: frozenset[str]
    labels: frozenset[str]


class _Label(msgspec.Struct, gc=False):
    label: object = None


class _Version(msgspec.Struct, gc=False):
    spans: list[_Label] | None = None
    sessions: list[str | None] | None = None
    annotator_id: str | None = msgspec.field(default=None, name="_annotator_id")
    session_id: str | None = msgspec.field(default=None, name="_session_id")


class _Reviewed(msgspec.Struct, gc=False):
    versions: list[_Version] | None = None
    sessions: list[str | None] | None = None
    view_id: str | UnsetType | None = UNSET


_decode = msgspec.json.Decoder(_Reviewed).decode


def annotator(row: Row) -> str:
    """Return who annotated a row: the annotator, or the session in exports from before there were annotators.

    A session that is named by its start is a sitting, of whomever, and no annotator: "".
    """
    for name in (row.annotator_id, row.session_id):
        if isinstance(name, str) and name and (known := _named(name)):
            return known
    return ""


@lru_cache(maxsize=4096)
def _named(name: str) -> str:
    # Cached also so that a name is one string, however many rows have it.
    return "" if _STARTED.search(name) else name


def timestamp(row: Row) -> float | None:
    """Return when a row was annotated, in seconds; None where it does not say."""
    when = row.timestamp
    if isinstance(when, str):
        return _read(when)
    if not isinstance(when, (int, float)) or not -_LATEST < when < _LATEST:
        return None
    return when


def _read(when: str) -> float | None:
    try:
        return float(when)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(when)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def is_reviewed(row: Row) -> bool:
    """Return whether a row was made by reviewing others: by hand, or taken over since they agreed."""
    return row.view_id == "review" or (row.versions is not UNSET and bytes(row.versions)[:1] == b"[")


def reviewed_interface(line: bytes | memoryview) -> str:
    """Return the interface of the rows that a reviewed row was made from; "" where it does not say."""
    found = _reviewed(line).view_id
    return found if isinstance(found, str) else ""


def review(line: bytes | memoryview, labels: Iterable[str]) -> Review:
    """Return what a reviewed row knows of the rows that it was made from.

    Args:
        line: The row.
        labels: The labels of its own spans.
    """
    found = _reviewed(line)
    names = set(found.sessions or ())
    known = set(labels)
    for version in found.versions or ():
        names.update((version.annotator_id, version.session_id, *(version.sessions or ())))
        known.update(span.label for span in version.spans or () if isinstance(span.label, str))
    return Review(frozenset(name for name in names if name), frozenset(known))


def _reviewed(line: bytes | memoryview) -> _Reviewed:
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Reviewed()
