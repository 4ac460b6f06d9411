"""Texts with spans as spaCy's binary training data."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc, DocBin

from flowchart.dataset.document import Document
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.workspace import write_atomic


@dataclass(frozen=True, slots=True)
class Written:
    """A .spacy file and what is in it.

    Attributes:
        file: The file.
        docs: The number of texts.
        spans: The number of spans.
        words: The number of spaCy's tokens.
        sha256: The hash of its bytes.
    """

    file: Path
    docs: int
    spans: int
    words: int
    sha256: str


class Corpora:
    """Turns documents into spaCy's docs, each once, and writes them where a training reads them."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        # With the document, whose id another one may have as soon as it is gone.
        self._docs: dict[int, tuple[Document, Doc]] = {}

    def write(self, documents: Sequence[Document], file: Path) -> Written:
        """Write documents as a .spacy file, in their order.

        Raises:
            UserError: A span does not fit the tokens, or the file cannot be written.
        """
        docs = [self._doc(document) for document in documents]
        data = DocBin(attrs=["ENT_IOB", "ENT_TYPE", "SPACY"], docs=docs).to_bytes()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(file, data)
        except OSError as error:
            raise UserError(
                f"{file}: cannot be written ({error.strerror}); free some space and resume"
            ) from error
        return Written(
            file,
            len(docs),
            sum(len(document.spans) for document in documents),
            sum(len(doc) for doc in docs),
            hashlib.sha256(data).hexdigest(),
        )

    def _doc(self, document: Document) -> Doc:
        known = self._docs.get(id(document))
        if known is None:
            known = self._docs[id(document)] = document, self._tokenizer.gold(document)
        return known[1]
