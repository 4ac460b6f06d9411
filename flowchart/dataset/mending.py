"""What can be mended in one way only, so that nobody need decide: `--fix` takes these and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowchart.dataset.document import Range


def without_white_space(text: str, start: int, end: int) -> Range | None:
    """Return a span without the white space at its edges; None when it is nothing else."""
    piece = text[start:end]
    inner = piece.strip()
    if not inner:
        return None
    first = start + piece.index(inner)
    return first, first + len(inner)


FIXES: Mapping[str, Callable[[str, int, int], Range | None]] = {"whitespace-edge": without_white_space}
"""By the kind of finding that each mends: the right span from the text and the span as written."""
