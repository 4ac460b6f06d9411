"""Which words that the data gives a label does a pipeline give another one already?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flowchart.measures.pipeline_loading import Spans

Span = tuple[int, int, str]


def overlaps(label: str, gold: Sequence[Spans], found: Sequence[Spans]) -> dict[str, Any]:
    """Return how many gold spans of a label a prediction overlaps, and under which of the pipeline's labels.

    A gold span counts once, for the prediction that shares most characters with it.

    Args:
        label: The data's label.
        gold: The gold spans of each text.
        found: The predicted spans of the same texts, with the pipeline's labels.

    Returns:
        `looked` (its gold spans there), `overlapped`, `share` (None without any), `by` (by the
        pipeline's label, the most frequent first).
    """
    looked, by = 0, Counter[str]()
    for here, there in zip(gold, found, strict=True):
        for span in here:
            if span[2] == label:
                looked += 1
                other = over(span, there)
                if other is not None:
                    by[other[2]] += 1
    overlapped = by.total()
    share = round(overlapped / looked, 4) if looked else None
    return {"looked": looked, "overlapped": overlapped, "share": share, "by": dict(by.most_common())}


def over(span: Span, others: Sequence[Span]) -> Span | None:
    """Return the one of the others that shares most characters with a span; None when none shares any."""
    best, most = None, 0
    for other in others:
        shared = min(span[1], other[1]) - max(span[0], other[0])
        if shared > most:
            best, most = other, shared
    return best
