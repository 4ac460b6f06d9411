"""A text to learn from or to be measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its spans, complete: what has no span is no entity.

    Attributes:
        text: The text.
        spans: Start, end and label: code points, end exclusive, sorted, on token boundaries, without
            overlaps.
        source: The index of the file (training files first, then evaluation files) and the row of the first
            task.
    """

    text: str
    spans: tuple[tuple[int, int, str], ...]
    source: tuple[int, int]


def documents_hash(documents: Iterable[Document]) -> str:
    """Return the SHA-256 of texts and spans, whatever their order and wherever they were read from."""
    return united(digest((document.text, document.spans)) for document in documents)


def digest(facts: object) -> bytes:
    """Return the SHA-256 of plain data: of its compact JSON in UTF-8."""
    return hashlib.sha256(msgspec.json.encode(facts)).digest()


def united(digests: Iterable[bytes]) -> str:
    """Return the SHA-256 of digests in ascending order, so that the order they come in does not matter."""
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()
