"""What cuts texts into tokens, and the spaCy docs that come of it: gold ones know what is unknown.

The tokenizer that a pipeline will have is the one that spans must fit: the language's own, that of a trained
pipeline or of a config, or the tokens that the rows themselves have (`--tokens rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from flowchart.dataset.document import Document, Range
from flowchart.dataset.languages import cannot_load
from flowchart.dataset.task import Token
from flowchart.errors import UserError


@dataclass(frozen=True)
class Tokenizer:
    """What cuts texts into tokens.

    Attributes:
        nlp: A pipeline; its tokenizer and its vocabulary are used.
        lang: spaCy's code of its language.
        identity: What tells it from the tokenizer that the language has anyway; "" for that one.
        rows: Whether a text that comes with its row's own tokens has those.
    """

    nlp: Language
    lang: str
    identity: str = ""
    rows: bool = False

    @classmethod
    def of(cls, lang: str, *, rows: bool = False) -> Tokenizer:
        """Return the tokenizer of a language.

        Raises:
            UserError: spaCy has no such language, or lacks a package for it.
        """
        try:
            return cls(_blank(lang), lang, rows=rows)
        except (ImportError, ValueError, OSError) as error:
            raise cannot_load(lang, error) from error

    def doc(self, text: str, tokens: Sequence[Range] = ()) -> Doc:
        """Return a text cut into tokens: those given, else the tokenizer's."""
        return cut(self.nlp.vocab, text, tokens) if tokens else self.nlp.make_doc(text)

    def gold(self, document: Document) -> Doc:
        """Return a document with its entities; the tokens of what is unknown have no annotation.

        Raises:
            UserError: A span does not fit the tokens.
        """
        doc = self.doc(document.text, document.tokens)
        spans = []
        for start, end, label in document.spans:
            span = doc.char_span(start, end, label=label)
            if span is None:
                raise UserError(
                    f"row {document.source[1]}: the span {start}:{end} is off the token boundaries; "
                    "check the data again"
                )
            spans.append(span)
        # What no span covers is outside, also in a text without any.
        doc.set_ents(spans, missing=[doc[at : at + 1] for at in missing(doc, document)], default="outside")
        return doc


@lru_cache(maxsize=2)
def _blank(lang: str) -> Language:
    return spacy.blank(lang)


def cut(vocab: Vocab, text: str, tokens: Sequence[Range]) -> Doc:
    """Return a text cut at the given tokens; white space between them becomes tokens as spaCy makes them.

    Args:
        vocab: The vocabulary.
        text: The text.
        tokens: Ranges in order, without overlaps, that leave only white space out.
    """
    words: list[str] = []
    spaces: list[bool] = []
    at = 0
    for start, end in (*tokens, (len(text), len(text))):
        gap = text[at:start]
        if words and gap.startswith(" "):
            spaces[-1], gap = True, gap[1:]
        for word in (gap, text[start:end]):
            if word:
                words.append(word)
                spaces.append(False)
        at = end
    return Doc(vocab, words=words, spaces=spaces)


def covering(text: str, tokens: Sequence[Token] | None) -> tuple[Range, ...] | None:
    """Return where a row's tokens are, if they leave nothing but white space of the text out; else None.

    Tokens of no length, as a tokenizer for transformers puts in ([CLS]), are none of the text's.
    """
    ranges: list[Range] = []
    at, size = 0, len(text)
    for token in tokens or ():
        start, end = token.start, token.end
        if start == end:
            continue
        if not at <= start < end <= size or (at < start and not text[at:start].isspace()):
            return None
        ranges.append((start, end))
        at = end
    return tuple(ranges) if ranges and (at == size or text[at:].isspace()) else None


def missing(doc: Doc, document: Document) -> list[int]:
    """Return the tokens that touch an unknown place and no span, ascending."""
    if not document.unknown:
        return []
    taken = {
        token.i
        for start, end, _ in document.spans
        for token in doc.char_span(start, end, alignment_mode="expand") or ()
    }
    touched = {
        token.i
        for start, end in document.unknown
        for token in doc.char_span(start, end, alignment_mode="expand") or ()
    }
    return sorted(touched - taken)
