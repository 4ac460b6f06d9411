"""What is unknown in the data is neither right nor wrong in any measure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, Span

from flowchart.dataset.corpus import prepare
from flowchart.dataset.document import Document
from flowchart.measures import consistency, context, models, rules
from flowchart.measures.agreement import Version, agreement, splits
from flowchart.measures.forms import UNLABELLED, scan
from flowchart.measures.material import Material
from flowchart.measures.mining import mine
from flowchart.measures.out_of_fold import BOUNDARY, FOUND, MISSED, compare
from flowchart.measures.rows import RowLog
from tests.flowchart.measures.test_models import pipeline

NLP = spacy.blank("en")


def doc(words: str, *spans: tuple[int, int, str], unknown: tuple[int, ...] = ()) -> Doc:
    made = Doc(NLP.vocab, words=words.split())
    missing = [made[at : at + 1] for at in unknown]
    made.set_ents([Span(made, *span) for span in spans], missing=missing, default="outside")
    return made


def task(text: str, *parts: str, cut: int = 0) -> dict[str, Any]:
    """A task whose spans have so many characters more at the end: one of them is a space."""
    spans = [
        {"start": text.index(part), "end": text.index(part) + len(part) + cut, "label": "PER"}
        for part in parts
    ]
    return {"text": text, "spans": spans, "answer": "accept"}


TRAIN = [task("Ann met Bob here", "Ann", "Bob"), task("so Ann left us", "Ann")]
EVAL = [task("Ann saw Bob now", "Bob"), task("then Ann came in", "Ann", cut=1), task("now Bob , too", "Bob")]
"""In the second text the span has a space at its end: who was meant is known, and Ann is no wrong entity."""


def material(folder: Path, **more: Any) -> Material:
    files = []
    for name, tasks in (("train", TRAIN), ("eval", EVAL)):
        files.append(folder / f"{name}.jsonl")
        files[-1].write_text("".join(json.dumps(each) + "\n" for each in tasks))
    corpus = prepare(files[:1], files[1:])
    assert corpus.eval[1].unknown == ((5, 8),)
    return Material(corpus, [str(file) for file in files], folder=folder, **more)


def fact_of(module: Any, material: Material) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    file = material.folder / "rows.jsonl"
    with RowLog(file, material.files) as log:
        fact = module.measure(material, log)
    return fact, [json.loads(line) for line in file.read_text().splitlines()]


def test_a_rule_that_matches_there_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    patterns = tmp_path / "patterns.jsonl"
    patterns.write_text('{"label": "PER", "pattern": "Ann"}\n{"label": "PER", "pattern": "Bob"}\n')
    fact, rows = fact_of(rules, material(tmp_path, patterns=patterns))
    # Ann in the first text is wrong, in the second nothing at all; Bob is right twice
    assert [fact["score"][key] for key in ("tp", "fp", "fn")] == [2, 1, 0]
    assert [(each["pattern"], each["entities"], each["right"]) for each in fact["wrong"]] == [('"Ann"', 1, 0)]
    assert [row["row"] for row in rows if row["kind"].startswith("wrong")] == [1]


def test_a_pattern_is_not_made_worse_by_what_is_unknown() -> None:
    known = [doc("I like speed", (2, 3, "DRUG"))]
    lost = [doc("at speed", unknown=(1,)) for _ in range(3)]
    assert len(mine([*known, *lost], NLP)) == 1
    assert mine([*known, *(doc("at speed") for _ in range(3))], NLP) == []


def test_a_form_left_alone_there_is_no_inconsistency() -> None:
    labelled = [doc("in New York", (1, 3, "LOC")) for _ in range(3)]
    assert scan([*labelled, doc("New York now")]).outcomes == {"LOC": 3, UNLABELLED: 1}
    for unknown in ((0, 1), (0,), (1,)):
        found = scan([*labelled, doc("New York now", unknown=unknown)])
        assert (found.outcomes, found.varied) == ({"LOC": 3}, [])
    half = scan([*labelled, doc("New York now", (0, 1, "X"), unknown=(1,))])
    assert "partly labelled" not in half.outcomes


def test_consistency_over_files(tmp_path: Path) -> None:
    fact, _ = fact_of(consistency, material(tmp_path))
    ann = next(each for each in fact["groups"] if "Ann" in each["what"])
    assert dict(ann["outcomes"]) == {"PER": 2, UNLABELLED: 1}


@pytest.mark.parametrize(
    ("predicted", "kinds"),
    [
        ([(2, 3, "X")], [MISSED]),  # in the unknown place alone
        ([(0, 3, "PER")], []),  # over the span and into it
        ([(3, 4, "X")], [MISSED, FOUND]),
        ([(0, 2, "PER")], [BOUNDARY]),
    ],
)
def test_what_a_model_says_there_is_no_disagreement(
    predicted: list[tuple[int, int, str]], kinds: list[str]
) -> None:
    gold = doc("Ann saw Bob now", (0, 1, "PER"), unknown=(2,))
    document = Document(gold.text, ((0, 3, "PER"),), (0, 1), ((8, 11),))
    said = doc("Ann saw Bob now", *predicted)
    assert [kind for kind, _, _ in compare(document, gold, said)] == kinds


def test_a_pipeline_is_not_wrong_there(tmp_path: Path) -> None:
    own = pipeline(tmp_path / "own", {"Ann": "PER", "Bob": "PER"})
    fact, rows = fact_of(models, material(tmp_path, models=[own]))
    (model,) = fact["models"]
    assert (model["score"]["p"], model["score"]["r"]) == (round(2 / 3, 4), 1.0)
    assert [row["row"] for row in rows] == [1]


def test_words_of_unknown_places_stand_around_no_span(tmp_path: Path) -> None:
    text = "Ann Bob"
    file = tmp_path / "train.jsonl"
    spans = [{"start": 0, "end": 3, "label": "PER"}, {"start": 4, "end": 6, "label": "PER"}]
    other = {"text": "Ann saw", "spans": spans[:1]}
    file.write_text("".join(json.dumps(each) + "\n" for each in ({"text": text, "spans": spans}, other)))
    corpus = prepare([file], [file], trainable=False)
    fact, _ = fact_of(context, Material(corpus, [str(file)] * 2, folder=tmp_path))
    assert fact["outside"][:2] == [2, 2]  # "Bob" is no word around Ann, "saw" is one; in both files


def test_annotators_do_not_differ_there() -> None:
    text = "Ann saw Bob"
    whole, lost = frozenset({(0, 3, "PER"), (8, 11, "PER")}), frozenset({(0, 3, "PER")})
    ann = Version("x", 1, "ann", True, whole)
    bob = Version("x", 2, "bob", True, lost, unknown=frozenset({(8, 11)}))
    assert not ann.contradicts(bob)
    assert splits(text, ann, bob) == []
    assert agreement({text: [ann, bob]}, 0)["strict"] == 1.0
    without = Version("x", 2, "bob", True, lost)
    assert ann.contradicts(without)
    assert agreement({text: [ann, without]}, 0)["strict"] == round(2 / 3, 4)
