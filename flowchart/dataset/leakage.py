"""Leakage: evaluation texts that the model was trained on, or on nearly the same ones.

Evaluation files that somebody names are taken as they are. A text that is in the training files too stays in
both, is counted and is told with its rows: dropping it from either side would change the numbers against
the same files in Prodigy or in `spacy train`, and which side to mend is for the one who made the files to
say. A set that is split off here never holds a training text; it may hold nearly the same ones.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowchart.dataset.document import Document
from flowchart.dataset.findings import QUOTE, FindingLog
from flowchart.dataset.funnel import Role
from flowchart.dataset.near_same import near_same
from flowchart.dataset.origins import Origins, Shared
from flowchart.dataset.shingles import mostly_unspaced, words


@dataclass(frozen=True, slots=True)
class Leakage:
    """How many evaluation texts are known from training.

    Attributes:
        exact: Those that are a training text, letter by letter.
        near: Those of the others that are nearly the same as a training text.
        texts: All evaluation texts.
        spans_in_exact: The spans in the exact ones.
        origins: What says where texts are from, as a document's id, and has values on both sides.
    """

    exact: int
    near: int
    texts: int
    spans_in_exact: int
    origins: tuple[Shared, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data, with the share of the evaluation texts that are known.

        `origins` is there where any key has values on both sides: `key`, `shared` of its `values` among the
        evaluation texts, and the evaluation `texts` of those.
        """
        counts = {
            "exact": self.exact,
            "near": self.near,
            "share": round((self.exact + self.near) / max(self.texts, 1), 4),
            "spans_in_exact": self.spans_in_exact,
        }
        return counts | ({"origins": [each._asdict() for each in self.origins]} if self.origins else {})


def inspect_leakage(
    documents: Mapping[Role, Sequence[Document]],
    files: Sequence[str],
    log: FindingLog,
    origins: Origins | None = None,
) -> Leakage:
    """Count the evaluation texts that are known from training, each told with its row and the training row.

    Args:
        documents: The documents of both sides.
        files: The files that the documents' sources count.
        log: Takes the findings: for each such evaluation text one, for each training text one, and one for
            each key that says where texts are from and has values on both sides.
        origins: Where the texts are from.
    """
    train, evaluation = documents["train"], documents["eval"]
    if not evaluation:
        return Leakage(0, 0, 0, 0)
    texts = {document.text for document in evaluation}
    trained = {document.text: document for document in train if document.text in texts}
    exact = [document for document in evaluation if document.text in trained]
    others = [document for document in evaluation if document.text not in trained]
    for document in exact:
        known = trained[document.text]
        message = f"this evaluation text is also a training text ({_where(known, files)})"
        _tell(log, "eval-text-in-train", document, files, message, "kept in both; scores will be too high")
        message = f"this training text is also an evaluation text ({_where(document, files)})"
        _tell(log, "train-text-in-eval", known, files, message, "kept in both")
    near = near_same([document.text for document in others], [document.text for document in train])
    told: set[int] = set()
    for place, other, resemblance in near:
        document, known = others[place], train[other]
        what = "characters" if mostly_unspaced(document.text) else "words"
        how = f"{resemblance:.0%} of their runs of three {what} are in both"
        if resemblance == 1 and words(document.text) == words(known.text):
            how = "they differ only by case, white space or punctuation"
        message = f"nearly the same as a training text ({_where(known, files)}): {how}"
        _tell(log, "eval-text-near-train", document, files, message, "kept in both; scores may be too high")
        if other not in told:
            told.add(other)
            message = f"nearly the same as an evaluation text ({_where(document, files)})"
            _tell(log, "train-text-near-eval", known, files, message, "kept in both")
    shared = tuple(origins.shared(train, evaluation)) if origins is not None else ()
    for each in shared:
        _tell_origin(log, each, files[0], len(evaluation))
    spans = sum(len(document.spans) for document in exact)
    return Leakage(len(exact), len(near), len(evaluation), spans, shared)


def _tell_origin(log: FindingLog, each: Shared, file: str, texts: int) -> None:
    key = shlex.quote(each.key)[:QUOTE]
    message = (
        f"{each.shared} of {each.values} values of {key} among the evaluation texts are in training too: "
        f"{each.texts} of {texts} evaluation texts are of them"
    )
    done = f"kept in both; scores may be too high: --group-by {key} has each on one side"
    log.add("group-on-both-sides", file, 0, message, done)


def _where(document: Document, files: Sequence[str]) -> str:
    return f"{files[document.source[0]]} row {document.source[1]}"


def _tell(  # noqa: PLR0917 - all of them are different things
    log: FindingLog, kind: str, document: Document, files: Sequence[str], message: str, done: str
) -> None:
    log.add(kind, files[document.source[0]], document.source[1], message, done, text=document.text)
