"""What every measure looks at: the texts of both sides, tokenised once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from flowchart.dataset.corpus import Corpus, Document


@dataclass
class Material:
    """The data in hand, and what the person gave besides.

    Attributes:
        corpus: The texts.
        files: The files that the documents' sources count: training files, then evaluation files.
        lang: The spaCy language.
        seed: The seed of whatever is drawn.
        patterns: A patterns file; None for none.
        models: Trained pipelines to look at, names or folders.
        label_map: The data's label for a pipeline's label, as the person said it; "" for none of them.
        folder: The run's folder, for what a measure keeps.
        findings: The summary of what loading the data has found, one entry a kind.
    """

    corpus: Corpus
    files: Sequence[str]
    lang: str = "en"
    seed: int = 0
    patterns: Path | None = None
    models: Sequence[str] = ()
    label_map: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    findings: Sequence[Mapping[str, Any]] = ()

    @cached_property
    def nlp(self) -> Language:
        """A blank pipeline of the language: its tokenizer is the one that spans are aligned to."""
        return spacy.blank(self.lang)

    @cached_property
    def train(self) -> list[Doc]:
        """The training texts with their gold entities, in the order of `corpus.train`."""
        return list(self.gold(self.corpus.train))

    @cached_property
    def eval(self) -> list[Doc]:
        """The evaluation texts with their gold entities, in the order of `corpus.eval`."""
        return list(self.gold(self.corpus.eval))

    def gold(self, documents: Iterable[Document]) -> Iterable[Doc]:
        """Yield each document as spaCy's, with its spans as entities."""
        for document in documents:
            doc = self.nlp.make_doc(document.text)
            spans = (doc.char_span(start, end, label=label) for start, end, label in document.spans)
            doc.ents = [span for span in spans if span is not None]
            yield doc
