"""What every measure looks at: the texts of both sides, tokenised once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from flowchart.dataset.corpus import Corpus, Document
from flowchart.dataset.tokens import Tokenizer


@dataclass
class Material:
    """The data in hand, and what the person gave besides.

    Attributes:
        corpus: The texts.
        files: The files that the documents' sources count: training files, then evaluation files.
        lang: The spaCy language.
        tokenizer: What the spans fit; None for the language's own tokenizer.
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
    tokenizer: Tokenizer | None = None

    @cached_property
    def cut(self) -> Tokenizer:
        """What cuts the texts into tokens."""
        return self.tokenizer or Tokenizer.of(self.lang)

    @property
    def nlp(self) -> Language:
        """A pipeline whose tokenizer is the one that spans are aligned to, but for rows' own tokens."""
        return self.cut.nlp

    @cached_property
    def train(self) -> list[Doc]:
        """The training texts with their gold entities, in the order of `corpus.train`."""
        return list(self.gold(self.corpus.train))

    @cached_property
    def eval(self) -> list[Doc]:
        """The evaluation texts with their gold entities, in the order of `corpus.eval`."""
        return list(self.gold(self.corpus.eval))

    def gold(self, documents: Iterable[Document]) -> Iterable[Doc]:
        """Return each document as spaCy's, with its spans as entities, and what is unknown as missing."""
        return map(self.cut.gold, documents)
