"""Two halves held against each other: what a model says of texts that it was not trained on."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, Span

from flowchart.dataset.document import Document
from flowchart.errors import UserError
from flowchart.measures.material import Material
from flowchart.measures.out_of_fold import BOUNDARY, FOUND, LABEL, MISSED, compare, disagreements
from tests.flowchart.measures.test_consistency import EVAL, corpus_of, row

TOK2VEC = "components.ner.model.tok2vec"
SMALL = {
    "training.max_steps": 30,
    "training.eval_frequency": 30,
    f"{TOK2VEC}.embed.width": 32,
    f"{TOK2VEC}.encode.width": 32,
    f"{TOK2VEC}.encode.depth": 1,
}
"""Enough to tell four names from the words around them."""

VOCAB = spacy.blank("en").vocab


def doc(*spans: tuple[int, int, str]) -> Doc:
    made = Doc(VOCAB, words=["Ann", "saw", "Bob", "Lee", "in", "Rome"])
    made.ents = [Span(made, start, end, label=label) for start, end, label in spans]
    return made


def test_each_disagreement_is_told_once() -> None:
    gold = doc((0, 1, "PER"), (2, 4, "PER"), (5, 6, "LOC"))
    predicted = doc((1, 2, "X"), (3, 4, "PER"), (5, 6, "ORG"))
    found = compare(Document(gold.text, (), (0, 1)), gold, predicted)
    assert [(kind, form, place.span, place.label, place.predicted) for kind, form, place in found] == [
        (MISSED, "Ann", (0, 3), "PER", ""),
        (BOUNDARY, "Bob Lee", (8, 15), "PER", "Lee (PER)"),
        (LABEL, "Rome", (19, 23), "LOC", "ORG"),
        (FOUND, "saw", (4, 7), "", "X"),
    ]
    assert compare(Document(gold.text, (), (0, 1)), gold, gold) == []


def test_what_nobody_labelled_is_found_from_the_other_half(tmp_path: Path) -> None:
    names = ("Rome", "Oslo", "Bonn", "Kyiv")
    train = [row(f"We went to {name} on day {day} .", (name, "LOC")) for day in range(8) for name in names]
    train += [row(f"We went to Oslo on day {day} again .") for day in range(3)]
    corpus = corpus_of(tmp_path, train, EVAL)
    heard: list[str] = []
    found = disagreements(
        Material(corpus, [file.path for file in corpus.files]),
        tmp_path / "folds",
        lambda _, message: heard.append(message["kind"]),
        overrides=SMALL,
    )
    assert heard.count("done") == 2
    assert (found[0].kind, found[0].form) == (FOUND, "Oslo")
    rows = {place.document.source[1] for place in found[0].places}
    assert rows <= {33, 34, 35}
    assert rows


def test_too_few_texts_are_refused(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [row("Rome fell", ("Rome", "LOC"))], EVAL)
    with pytest.raises(UserError, match="1 training texts"):
        disagreements(Material(corpus, ["train.jsonl"]), tmp_path, lambda *_: None)
