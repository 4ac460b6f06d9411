"""A text to learn from or to be measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

Range = tuple[int, int]
"""Start and end in a text: code points, end exclusive."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its spans: what has no span is no entity, but for what is unknown.

    Attributes:
        text: The text.
        spans: Start, end and label: code points, end exclusive, sorted, on token boundaries, without
            overlaps.
        source: The index of the file (training files first, then evaluation files) and the row of the first
            task.
        unknown: Where the annotation says something that cannot be used, as a span off the tokens: sorted,
            apart from each other and from the spans. Its tokens are neither entity nor no entity: missing in
            spaCy's terms, neither learnt from nor scored.
        tokens: The row's own tokens, where they are to be used; empty for those of the tokenizer.
    """

    text: str
    spans: tuple[tuple[int, int, str], ...]
    source: tuple[int, int]
    unknown: tuple[Range, ...] = ()
    tokens: tuple[Range, ...] = ()


def unknown_places(text: str, ranges: Iterable[Range], spans: Sequence[tuple[int, int, str]]) -> list[Range]:
    """Return what ranges leave unknown where spans are known: sorted, apart, no white space at an edge.

    Args:
        text: The text.
        ranges: What cannot be used, inside the text, in any order.
        spans: The spans that are known, sorted and without overlaps.
    """
    united: list[Range] = []
    for start, end in sorted(ranges):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    left: list[Range] = []
    for start, end in united:
        at = start
        for first, last, _ in spans:
            if last > at and first < end:
                left.append((at, first))
                at = last
        left.append((at, end))
    found = []
    for start, end in left:
        piece = text[start:end] if start < end else ""
        if inner := piece.strip():
            first = start + piece.index(inner)
            found.append((first, first + len(inner)))
    return found


def documents_hash(documents: Iterable[Document]) -> str:
    """Return the SHA-256 of texts, spans and unknown places, whatever their order and their source."""
    hashes = Digests()
    for each in documents:
        hashes.add(digest((each.text, each.spans, each.unknown) if each.unknown else (each.text, each.spans)))
    return hashes.united()


def digest(facts: object) -> bytes:
    """Return the SHA-256 of plain data: of its compact JSON in UTF-8."""
    return hashlib.sha256(msgspec.json.encode(facts)).digest()


class Digests:
    """Digests to be made one of, side by side in memory."""

    def __init__(self) -> None:
        self._all = bytearray()

    def add(self, digest: bytes) -> None:
        """Take a digest, of 32 bytes."""
        self._all += digest

    def united(self) -> str:
        """Return the SHA-256 of the digests in ascending order: the order they came in does not matter."""
        parts = np.frombuffer(self._all, np.dtype(">u8")).reshape(-1, 4)
        order = np.lexsort(parts.T[::-1])
        found = hashlib.sha256()
        for start in range(0, len(order), 1 << 16):
            found.update(parts[order[start : start + (1 << 16)]].tobytes())
        return found.hexdigest()
