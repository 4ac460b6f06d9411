"""A text to learn from or to be measured on."""

from __future__ import annotations

from dataclasses import dataclass


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
