"""Do the annotations stand in a context? Lists of words are told from running text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from spacy.tokens import Doc

from flowchart.dataset.document import Document
from flowchart.measures.characters import IN_A_WORD, are_tokens
from flowchart.measures.characters import words as count_words
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog

MOST_OUTSIDE = 20
"""Tokens outside spans that are told apart; texts with more are counted with these."""

MOST_ROWS = 1000
"""Rows kept of texts without context."""


def measure(material: Material, rows: RowLog) -> dict[str, Any]:
    """Return how much text stands around the spans, over all texts that have one.

    Args:
        material: The data.
        rows: Takes the texts with the least around their spans, those that are nothing but spans first.

    Returns:
        `texts` (with spans) and `all_texts`, `tokens_mean` and `tokens_median` of the texts with spans,
        `in_spans` (the share of their tokens that is inside spans), `one_span` (the texts that are nothing
        but one span) and `outside` (for each number of tokens outside spans, white space and punctuation not
        counted, how many texts have so many; the last stands for so many and more). Where a token is a
        character, as `characters` says, two of them outside spans are counted as one.
    """
    single = are_tokens(itertools.chain(material.train, material.eval))
    outside = [0] * (MOST_OUTSIDE + 1)
    lengths: list[int] = []
    inside_in_all, one_span = 0, 0
    bare: list[tuple[int, Document]] = []
    for document, doc in _annotated(material):
        inside = sum(len(entity) for entity in doc.ents)
        # What is unknown is neither in a span nor around one.
        around = doc if not document.unknown else [doc[at] for at in _known(doc)]
        words = sum(not (token.is_space or token.is_punct) for token in around if not token.ent_type)
        if single:
            words = count_words(words, IN_A_WORD[0])
        lengths.append(len(doc))
        inside_in_all += inside
        one_span += len(doc.ents) == 1 and not words
        outside[min(words, MOST_OUTSIDE)] += 1
        if words < 3:
            bare.append((words, document))
    for words, document in sorted(bare, key=lambda each: each[0])[:MOST_ROWS]:
        start, end, label = document.spans[0]
        message = f"{words} words outside its spans"
        rows.add(f"{words} words around", document, message, span=(start, end), label=label)
    tokens = sum(lengths)
    return {
        "texts": len(lengths),
        "all_texts": len(material.corpus.train) + len(material.corpus.eval),
        "tokens_mean": round(tokens / max(len(lengths), 1), 1),
        "tokens_median": sorted(lengths)[len(lengths) // 2] if lengths else 0,
        "in_spans": round(inside_in_all / max(tokens, 1), 4),
        "one_span": one_span,
        "characters": single,
        "outside": outside,
    }


def _known(doc: Doc) -> list[int]:
    return [int(at) for at in doc.to_array("ENT_IOB").nonzero()[0]]


def _annotated(material: Material) -> Iterator[tuple[Document, Doc]]:
    for documents, docs in (
        (material.corpus.train, material.train),
        (material.corpus.eval, material.eval),
    ):
        for document, doc in zip(documents, docs, strict=True):
            if document.spans:
                yield document, doc
