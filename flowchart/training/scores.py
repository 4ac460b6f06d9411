"""Predicted spans held against gold ones: counts for each text and label, and spaCy's scores from their sums.

The counts are kept by text, because whoever wants to know how sure a score is draws the texts anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
from spacy.scorer import PRFScore
from spacy.tokens import Doc
from spacy.training.alignment import Alignment

Count = tuple[int, int, int]
"""True positives, false positives, false negatives."""


@dataclass(slots=True)
class Counts:
    """What one model got right and wrong on an eval set.

    Attributes:
        docs: The number of texts in the eval set.
        labels: The labels, gold or predicted.
        rows: One (text, label, tp, fp, fn) for each text and label with any; text and label are indices.
    """

    docs: int
    labels: list[str] = field(default_factory=list)
    rows: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, gold: Sequence[Doc], predicted: Iterable[Doc]) -> Counts:
        """Count. A span is right when its first and last token and its label are, as spaCy has it.

        The tokens are those of the gold texts. Spans of a pipeline that has other tokens are taken to those
        that theirs are aligned with, as spaCy's scorer does; one that is aligned with none is left out. So
        is one that touches a token without annotation: it is neither right nor wrong.
        """
        counts = cls(len(gold))
        index: dict[str, int] = {}
        for number, (reference, doc) in enumerate(zip(gold, predicted, strict=True)):
            right = {(span.label_, span.start, span.end) for span in reference.ents}
            found = known_alone(reference, _found(reference, doc))
            here: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
            for kind, spans in enumerate((right & found, found - right, right - found)):
                for label, _, _ in spans:
                    here[label][kind] += 1
            for label in sorted(here):
                tp, fp, fn = here[label]
                counts.rows.append((number, index.setdefault(label, len(index)), tp, fp, fn))
        counts.labels = list(index)
        return counts

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Counts:
        """Return the counts that `to_dict` gave.

        Raises:
            KeyError, TypeError, ValueError: It is no such thing.
        """
        rows = []
        for row in data["rows"]:
            text, label, tp, fp, fn = (int(number) for number in row)
            rows.append((text, label, tp, fp, fn))
        return cls(int(data["docs"]), [str(label) for label in data["labels"]], rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return {"docs": self.docs, "labels": self.labels, "rows": [list(row) for row in self.rows]}

    def scores(self) -> dict[str, Any]:
        """Return spaCy's scores: `ents_p`, `ents_r`, `ents_f` and `ents_per_type`, with each label's support.

        Where nothing is gold and nothing predicted F is undefined (None in spaCy); here it is 0, and the
        recipe refuses an eval set without spans before it comes to that.
        """
        total, by_label = PRFScore(), [PRFScore() for _ in self.labels]
        for _, label, tp, fp, fn in self.rows:
            one = PRFScore(tp=tp, fp=fp, fn=fn)
            total += one
            by_label[label] += one
        per_type = {
            name: {**score.to_dict(), "support": score.tp + score.fn}
            for name, score in sorted(zip(self.labels, by_label, strict=True))
        }
        return {
            "ents_p": total.precision,
            "ents_r": total.recall,
            "ents_f": total.fscore,
            "ents_per_type": per_type,
        }


def known_alone(reference: Doc, found: set[tuple[str, int, int]]) -> set[tuple[str, int, int]]:
    """Return the spans (label, first token, end) of which each token is annotated, as spaCy's scorer does."""
    iob = reference.to_array("ENT_IOB")
    if iob.all():
        return found
    return {span for span in found if iob[span[1] : span[2]].all()}


def _found(reference: Doc, doc: Doc) -> set[tuple[str, int, int]]:
    """Return label, first token and end of each predicted span, in the tokens of the gold text."""
    if numpy.array_equal(reference.to_array("ORTH"), doc.to_array("ORTH")):
        return {(span.label_, span.start, span.end) for span in doc.ents}
    aligned = Alignment.from_strings([token.text for token in doc], [token.text for token in reference]).x2y
    found = set()
    for span in doc.ents:
        tokens = aligned[span.start : span.end]
        if len(tokens):
            found.add((span.label_, int(tokens[0]), int(tokens[-1]) + 1))
    return found
