from __future__ import annotations

import json
import random

import pytest
import spacy
from spacy.language import Language
from spacy.scorer import Scorer, get_ner_prf
from spacy.tokens import Doc
from spacy.training import Example

from flowchart.training.scores import Counts


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank("en")


def make_doc(nlp: Language, words: int, spans: list[tuple[int, int, str]]) -> Doc:
    doc = Doc(nlp.vocab, words=[f"w{number}" for number in range(words)])
    doc.set_ents([spacy.tokens.Span(doc, start, end, label) for start, end, label in spans])
    return doc


def draw_spans(draw: random.Random, words: int) -> list[tuple[int, int, str]]:
    spans, start = [], 0
    while start < words:
        end = min(start + draw.randint(1, 3), words)
        if draw.random() < 0.4:
            spans.append((start, end, draw.choice(["A", "B", "C"])))
        start = end
    return spans


@pytest.mark.parametrize("seed", range(20))
def test_the_scores_are_exactly_spacys(nlp: Language, seed: int) -> None:
    draw = random.Random(seed)
    gold, found = [], []
    for _ in range(draw.randint(1, 30)):
        words = draw.randint(1, 12)
        right = draw_spans(draw, words)
        kept = [span for span in right if draw.random() < 0.6]
        gold.append(make_doc(nlp, words, right))
        found.append(make_doc(nlp, words, kept if draw.random() < 0.5 else draw_spans(draw, words)))
    scores = Counts.of(gold, found).scores()
    examples = [Example(predicted, reference) for predicted, reference in zip(found, gold, strict=True)]
    theirs = Scorer.score_spans(
        examples, "ents", getter=lambda doc, _: doc.ents, has_annotation=lambda _: True
    )
    for key in ("ents_p", "ents_r", "ents_f"):
        assert scores[key] == (theirs[key] or 0.0)
    for label, score in (theirs["ents_per_type"] or {}).items():
        ours = scores["ents_per_type"][label]
        assert (ours["p"], ours["r"], ours["f"]) == (score["p"], score["r"], score["f"])
        assert ours["support"] == sum(span.label_ == label for doc in gold for span in doc.ents)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_unknown_is_scored_as_by_spacy(nlp: Language, seed: int) -> None:
    draw = random.Random(seed)
    gold, found = [], []
    for _ in range(draw.randint(1, 30)):
        words = draw.randint(1, 12)
        right = draw_spans(draw, words)
        doc = make_doc(nlp, words, right)
        free = [at for at in range(words) if not doc[at].ent_type and draw.random() < 0.4]
        doc.set_ents(list(doc.ents), missing=[doc[at : at + 1] for at in free], default="outside")
        gold.append(doc)
        found.append(make_doc(nlp, words, right if draw.random() < 0.3 else draw_spans(draw, words)))
    scores = Counts.of(gold, found).scores()
    theirs = get_ner_prf(
        [Example(predicted, reference) for predicted, reference in zip(found, gold, strict=True)]
    )
    for key in ("ents_p", "ents_r", "ents_f"):
        assert scores[key] == (theirs[key] or 0.0)
    for label, score in scores["ents_per_type"].items():
        expected = (theirs["ents_per_type"] or {})[label]
        assert (score["p"], score["r"], score["f"]) == (expected["p"], expected["r"], expected["f"])


def test_a_prediction_over_an_unknown_word_is_neither_right_nor_wrong(nlp: Language) -> None:
    gold = make_doc(nlp, 4, [(0, 1, "A")])
    gold.set_ents(list(gold.ents), missing=[gold[2:3]], default="outside")
    found = make_doc(nlp, 4, [(0, 1, "A"), (1, 3, "A")])
    assert Counts.of([gold], [found]).rows == [(0, 0, 1, 0, 0)]
    found = make_doc(nlp, 4, [(0, 3, "A"), (3, 4, "B")])
    assert Counts.of([gold], [found]).rows == [(0, 0, 0, 0, 1), (0, 1, 0, 1, 0)]


def test_a_pipeline_with_other_tokens_is_scored_as_by_spacy(nlp: Language) -> None:
    gold = Doc(nlp.vocab, words=["take", "co-codamol", "and", "x-ray", "now"])
    gold.set_ents([spacy.tokens.Span(gold, 1, 2, "DRUG"), spacy.tokens.Span(gold, 3, 4, "TEST")])
    found = Doc(nlp.vocab, words=["take", "co", "-", "codamol", "and", "x", "-", "ray", "now"])
    spans = [(1, 4, "DRUG"), (5, 6, "TEST"), (8, 9, "DRUG")]
    found.set_ents([spacy.tokens.Span(found, *span) for span in spans])
    scores = Counts.of([gold], [found]).scores()
    theirs = get_ner_prf([Example(found, gold)])
    assert [scores[key] for key in ("ents_p", "ents_r", "ents_f")] == [
        theirs[key] for key in ("ents_p", "ents_r", "ents_f")
    ]
    assert (scores["ents_p"], scores["ents_r"]) == (2 / 3, 1)


def test_nothing_gold_and_nothing_found(nlp: Language) -> None:
    counts = Counts.of([make_doc(nlp, 3, [])], [make_doc(nlp, 3, [])])
    assert counts.scores() == {"ents_p": 0.0, "ents_r": 0.0, "ents_f": 0.0, "ents_per_type": {}}


def test_counts_survive_json(nlp: Language) -> None:
    counts = Counts.of(
        [make_doc(nlp, 4, [(0, 1, "A\n[b]")]), make_doc(nlp, 2, [])],
        [make_doc(nlp, 4, [(1, 2, "O")]), make_doc(nlp, 2, [])],
    )
    assert Counts.from_dict(json.loads(json.dumps(counts.to_dict()))) == counts
    with pytest.raises((KeyError, TypeError, ValueError)):
        Counts.from_dict({"docs": 1, "labels": [], "rows": [[1, 2]]})
