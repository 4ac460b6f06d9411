"""What the built-in config lets a training work out once, where spaCy does so at each step.

Reading and tokenising the texts, copying them, what the parser is to do at each word: nothing of it changes
from one pass to the next. The trained model is the same to the last bit.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable

from spacy.language import Language
from spacy.pipeline._parser_internals.ner import BiluoGold, BiluoPushDown
from spacy.pipeline._parser_internals.stateclass import StateClass
from spacy.pipeline.ner import EntityRecognizer
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.training.example import Example


class ReadOnce:
    """A corpus that is read and tokenised once, whatever the number of passes over it."""

    def __init__(self, corpus: Callable[[Language], Iterable[Example]]) -> None:
        self._corpus = corpus
        self._examples: list[Example] | None = None

    def __call__(self, nlp: Language) -> Iterable[Example]:
        """Return the examples, the same ones each time."""
        if self._examples is None:
            self._examples = list(self._corpus(nlp))
            gc.freeze()  # they stay for good: the collector need not go through them again and again
        return iter(self._examples)

    def labels(self, nlp: Language) -> set[str]:
        """Return the labels of its spans."""
        return {span.label_ for example in self(nlp) for span in example.reference.ents}


def update_from_memory(nlp: Language, corpus: ReadOnce) -> None:
    """Have a pipeline of one component updated without a copy of each text at each step.

    `Language.update` makes the copies because components may annotate what the next ones see. Here there is
    no next one, and ner leaves the texts as they are.

    Args:
        nlp: The pipeline, initialised.
        corpus: What it is to be updated with, alone. Where the pipeline knows all labels in it, so that none
            is new at a later step, what the parser is to do is kept as well.
    """
    if len(nlp.pipeline) != 1 or nlp.pipe_names != nlp.component_names:
        return
    component = nlp.pipeline[0][1]
    if type(component) is EntityRecognizer:
        component = _remembering(component, corpus.labels(nlp))

    def update(
        examples: list[Example],
        *,
        drop: float,
        losses: dict[str, float],
        **_others: object,
    ) -> dict[str, float]:
        component.update(examples, drop=drop, sgd=None, losses=losses)  # type: ignore[attr-defined]
        return losses

    nlp.update = update  # type: ignore[method-assign, assignment]


def _remembering(component: EntityRecognizer, labels: set[str]) -> EntityRecognizer:
    """Return a component with the same model that remembers what its parser is to do; or the same one."""
    if not labels <= set(component.labels):
        return component
    moves = _Moves(component.vocab.strings, component.moves.labels, component.incorrect_spans_key)
    if _names(moves) != _names(component.moves):
        return component
    settings = {
        name: component.cfg[name]
        for name in (
            "update_with_oracle_cut_size",
            "beam_width",
            "beam_density",
            "beam_update_prob",
            "incorrect_spans_key",
        )
    }
    return EntityRecognizer(component.vocab, component.model, component.name, moves, **settings)


def _names(moves: BiluoPushDown) -> list[str]:
    return [moves.get_class_name(number) for number in range(moves.n_moves)]


class _Moves(BiluoPushDown):  # type: ignore[misc]
    """A parser's moves that remember what is right for each example. The corpus keeps the examples alive."""

    def __init__(
        self, strings: StringStore, labels: dict[int, dict[str, int]], incorrect_spans_key: str | None
    ) -> None:
        super().__init__(strings, labels, incorrect_spans_key=incorrect_spans_key)
        self._annotated: dict[int, bool] = {}
        self._golds: dict[int, BiluoGold] = {}
        self._sequences: dict[int, list[int]] = {}

    def has_gold(self, example: Example, start: int = 0, end: int | None = None) -> bool:
        """Return whether any of the words is annotated, be it as outside of all spans."""
        words = len(example.x)
        end = words if end is None else end
        # Where every word is annotated, so is every part that has a word; other parts are spaCy's to judge.
        if 0 <= start < end <= words:
            annotated = self._annotated.get(id(example))
            if annotated is None:
                annotated = self._annotated[id(example)] = _is_annotated(example)
            if annotated:
                return True
        return bool(super().has_gold(example, start, end))

    def init_gold(self, state: StateClass, example: Example) -> BiluoGold:
        """Return the annotations as the parser reads them, which the state has no part in."""
        gold = self._golds.get(id(example))
        if gold is None:
            gold = self._golds[id(example)] = super().init_gold(state, example)
        return gold

    def get_oracle_sequence_from_state(self, state: StateClass, gold: BiluoGold) -> list[int]:
        """Return the moves that are right, from a text's first word on: updates ask from nowhere else."""
        sequence = self._sequences.get(id(gold))
        if sequence is None:
            sequence = self._sequences[id(gold)] = super().get_oracle_sequence_from_state(state, gold)
        return sequence

    def get_doc_labels(self, _doc: Doc) -> set[str]:
        """Return the labels of a text that may be new: none, since all were known from the beginning."""
        return set()


def _is_annotated(example: Example) -> bool:
    """Return whether every word is annotated, and the texts are tokenised alike."""
    words, gold = example.x, example.y
    return [word.idx for word in words] == [word.idx for word in gold] and all(word.ent_iob for word in gold)
