"""Whether a token is a character, as spaCy cuts Chinese by default: then tokens are no words."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from spacy.tokens import Doc

from flowchart.dataset.languages import UNSPACED

LOOKED_AT = 200
"""Texts that tell."""

IN_A_WORD = (2, 3)
"""Characters that count as one word, at least and at most: most words of Chinese have two, names more."""


def are_tokens(docs: Iterable[Doc]) -> bool:
    """Return whether the tokens of texts are mostly single characters of a script without spaces."""
    letters = unspaced = single = 0
    for doc in islice(docs, LOOKED_AT):
        for token in doc:
            if not (token.is_space or token.is_punct):
                letters += 1
                if UNSPACED.search(token.text):
                    unspaced += 1
                    single += len(token.text) == 1
    return 2 * unspaced > letters and single >= 0.9 * unspaced


def words(tokens: int, in_a_word: int) -> int:
    """Return how many words so many tokens are, when they are characters; never none."""
    return -(-tokens // in_a_word)
