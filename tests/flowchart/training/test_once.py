"""What a training works out once is what spaCy works out at each step, to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training.example import Example

from flowchart.dataset.document import Document, unknown_places
from flowchart.training.config import make_config
from flowchart.training.once import ReadOnce, _remembering, update_from_memory
from flowchart.training.schedule import Schedule
from flowchart.training.settings import Settings
from tests.flowchart.training.test_train_curve import make_point, train_alone


def documents(count: int) -> list[Document]:
    """Texts from one word to forty, so that some are cut and some are not."""
    found = []
    for number in range(count):
        head = f"{number} aspirin here" + " and more" * (number % 7 * 3)
        start = len(str(number)) + 1
        found.append(Document(head, ((start, start + 7, f"L{number % 3}"),), (0, number)))
    return [*found, Document("bare", (), (0, count)), Document("nothing here", (), (0, count + 1))]


def partly_unknown(count: int) -> list[Document]:
    """The same with places that are unknown: before, after, between, and a text that is nothing else."""
    found = []
    for number, document in enumerate(documents(count)):
        size = len(document.text)
        places = [(0, 1), (size - 1, size), (size // 2, size - 2), (0, size)]
        unknown = unknown_places(document.text, [places[number % 4]], document.spans)
        found.append(replace(document, unknown=tuple(unknown)))
    assert sum(bool(document.unknown) for document in found) > count // 2
    return found


@pytest.mark.parametrize("made", [documents, partly_unknown])
def test_a_model_is_the_same_to_the_last_bit(tmp_path: Path, made: Callable[[int], list[Document]]) -> None:
    models = []
    for built_in in (True, False):
        point = make_point(tmp_path / str(built_in), made(9), made(3))
        short = Settings((), (), overrides={"training.max_steps": 12})
        config = make_config(short, 0, Schedule.of(point.words, short.overrides))
        config.to_disk(point.folder / "config.cfg", interpolate=False)
        assert train_alone(replace(point, built_in=built_in))[-1] == {"kind": "done"}
        models.append((point.folder / "model/ner/model").read_bytes())
    assert models[0] == models[1]


@pytest.fixture(scope="module")
def pipeline() -> Language:
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    ner.add_label("DRUG")
    nlp.initialize()
    return nlp


def example(nlp: Language, words: int, annotated: bool) -> Example:
    doc = nlp.make_doc("aspirin " * words)
    gold = Doc(nlp.vocab, words=[word.text for word in doc], spaces=[True] * words)
    if annotated:
        gold.set_ents([], default="outside")
    return Example(doc, gold)


@given(st.integers(1, 9), st.integers(-2, 10), st.none() | st.integers(-2, 10), st.booleans())
def test_what_is_annotated_is_as_spacy_says(
    pipeline: Language, words: int, start: int, end: int | None, annotated: bool
) -> None:
    ner = pipeline.get_pipe("ner")
    one = example(pipeline, words, annotated)
    try:
        expected = ner.moves.has_gold(one, start, end)
    except (IndexError, ValueError) as error:
        with pytest.raises(type(error)):
            _remembering(ner, set()).moves.has_gold(one, start, end)
        return
    assert _remembering(ner, set()).moves.has_gold(one, start, end) == expected


def test_a_pipeline_of_several_components_is_updated_by_spacy() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    nlp.add_pipe("sentencizer")
    update = nlp.update
    update_from_memory(nlp, ReadOnce(lambda _: []))
    assert nlp.update == update


def test_a_label_that_comes_later_is_learnt_as_by_spacy(pipeline: Language) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    one = example(nlp, 3, annotated=True)
    nlp.initialize(lambda: [one])
    late = example(nlp, 3, annotated=True)
    late.reference.set_ents([late.reference.char_span(0, 7, label="LATE")])
    update_from_memory(nlp, ReadOnce(lambda _: [one, late]))
    nlp.update([one, late], drop=0.0, losses={})
    assert "LATE" in nlp.get_pipe("ner").labels


def test_a_corpus_is_read_once(pipeline: Language) -> None:
    reads = []

    def corpus(nlp: Language) -> list[Example]:
        reads.append(nlp)
        return [example(nlp, 3, annotated=True)]

    once = ReadOnce(corpus)
    assert [list(once(pipeline)), list(once(pipeline))][0][0] is next(iter(once(pipeline)))
    assert reads == [pipeline]
