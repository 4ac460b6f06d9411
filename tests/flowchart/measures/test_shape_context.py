"""Context, the spans' shape and what an evaluation set can tell apart: by hand, and against spaCy's own."""

from __future__ import annotations

import importlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from flowchart.dataset.corpus import prepare
from flowchart.dataset.findings import FindingLog
from flowchart.measures import context, eval_quality, span_shape
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog

Text = tuple[str, Sequence[tuple[str, str]]]
"""A text, and its (words, label) spans, each at its words' first place."""

VOCAB = Vocab()

DEBUG = importlib.import_module("spacy.cli.debug_data")  # the module, which a function of its name hides

MEASURES = {"context": context, "span_shape": span_shape, "eval_quality": eval_quality}


def tasks(file: Path, texts: Sequence[Text]) -> Path:
    lines = []
    for text, parts in texts:
        spans = [
            {"start": text.index(part), "end": text.index(part) + len(part), "label": label}
            for part, label in parts
        ]
        lines.append(json.dumps({"text": text, "spans": spans, "answer": "accept"}) + "\n")
    file.write_text("".join(lines), encoding="utf-8")
    return file


def material_of(folder: Path, train: Sequence[Text], eval: Sequence[Text]) -> Material:
    with FindingLog(folder / "findings.jsonl") as log:
        corpus = prepare(
            [tasks(folder / "train.jsonl", train)],
            [tasks(folder / "eval.jsonl", eval)],
            trainable=False,
            findings=log,
        )
    files = [file.path for file in corpus.files]
    return Material(corpus, files, folder=folder, findings=log.summary())


def measured(
    name: str, folder: Path, train: Sequence[Text], eval: Sequence[Text]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the fact, held to be plain data, and the rows behind it."""
    material = material_of(folder, train, eval)
    file = folder / f"rows-{name}.jsonl"
    with RowLog(file, material.files) as log:
        fact = MEASURES[name].measure(material, log)
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return json.loads(json.dumps(fact, allow_nan=False)), rows


def outside(**counts: int) -> list[int]:
    """Texts by words outside their spans, as outside(w0=3, w20=1)."""
    return [counts.get(f"w{words}", 0) for words in range(21)]


# -- context ------------------------------------------------------------------------------------------


def test_words_outside_spans_by_hand(tmp_path: Path) -> None:
    train = [
        ("aspirin", [("aspirin", "DRUG")]),  # 1 token, nothing around
        ('"codeine" .', [("codeine", "DRUG")]),  # 4 tokens, nothing but punctuation around
        ("aspirin and codeine", [("aspirin", "DRUG"), ("codeine", "DRUG")]),  # 3 tokens, one word
        ("nothing here", []),  # counts for nothing
    ]
    eval = [
        ("take aspirin now , please", [("aspirin", "DRUG")]),  # 5 tokens, three words
        (" ".join(["very"] * 30) + " old aspirin", [("aspirin", "DRUG")]),  # 32 tokens, 31 words
    ]
    fact, rows = measured("context", tmp_path, train, eval)
    assert fact == {
        "texts": 5,
        "all_texts": 6,
        "tokens_mean": 9.0,  # (1 + 4 + 3 + 5 + 32) / 5
        "tokens_median": 4,
        "in_spans": round(6 / 45, 4),
        "one_span": 2,
        "characters": False,
        "outside": outside(w0=2, w1=1, w3=1, w20=1),
    }
    assert [(row["kind"], Path(row["file"]).name, row["row"], row["message"]) for row in rows] == [
        ("0 words around", "train.jsonl", 1, "0 words outside its spans"),
        ("0 words around", "train.jsonl", 2, "0 words outside its spans"),
        ("1 words around", "train.jsonl", 3, "1 words outside its spans"),
    ]
    start, end = rows[1]["span"]
    assert (rows[1]["excerpt"][start:end], rows[1]["label"]) == ("codeine", "DRUG")


def test_white_space_is_no_word(tmp_path: Path) -> None:
    fact, _ = measured("context", tmp_path, [("\n\n aspirin \t\n", [("aspirin", "DRUG")])], [("b c", [])])
    assert (fact["one_span"], fact["outside"]) == (1, outside(w0=1))


def test_no_more_rows_than_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "MOST_ROWS", 3)
    train: list[Text] = [(f"take drug{n}", [(f"drug{n}", "DRUG")]) for n in range(4)]
    fact, rows = measured("context", tmp_path, [*train, ("aspirin", [("aspirin", "DRUG")])], [("a b", [])])
    assert fact["outside"] == outside(w0=1, w1=4)
    assert [row["row"] for row in rows] == [5, 1, 2]  # the barest first


# -- the spans' shape ---------------------------------------------------------------------------------

LONG = "the very first time that she saw it"

SHAPED: list[Text] = [
    ("Ann of Rome met Bob.", [("Ann of Rome", "PER"), ("Bob", "PER")]),
    ("Then bob went to Rome, as ann did.", [("bob", "PER"), ("Rome", "LOC")]),
    ("They gave 5 mg of B12.", [("5 mg", "DOSE"), ("B12", "DRUG")]),
]
SHAPED_EVAL: list[Text] = [(f"It was {LONG}.", [(LONG, "TIME")]), ("To Rome with love", [("Rome", "LOC")])]


def test_the_shape_by_hand(tmp_path: Path) -> None:
    fact, rows = measured("span_shape", tmp_path, SHAPED, SHAPED_EVAL)
    assert fact["spans"] == 8
    assert len(fact["lengths"]) == span_shape.LONGEST
    assert {length: count for length, count in enumerate(fact["lengths"], 1) if count} == {
        1: 5, 2: 1, 3: 1, 8: 1,
    }  # fmt: skip
    # "of" is a stop word; "bob" and "mg" have neither a capital nor a digit, and of LONG no word has
    assert {name: label["capitalised"] for name, label in fact["labels"].items()} == {
        "PER": 2, "LOC": 2, "DOSE": 0, "DRUG": 1, "TIME": 0,
    }  # fmt: skip
    assert fact["capitalised"] == 5
    assert {name: label["spans"] for name, label in fact["labels"].items()} == {
        "PER": 3, "LOC": 2, "DOSE": 1, "DRUG": 1, "TIME": 1,
    }  # fmt: skip
    assert fact["overlapping"] == 0
    (row,) = rows
    assert (row["kind"], Path(row["file"]).name, row["row"]) == ("8 tokens", "eval.jsonl", 1)
    start, end = row["span"]
    assert (row["excerpt"][start:end], row["label"]) == (LONG, "TIME")


def test_a_span_of_stop_words_is_looked_at_all_the_same(tmp_path: Path) -> None:
    texts: list[Text] = [("The Who and the who", [("The Who", "BAND"), ("the who", "BAND")])]
    fact, _ = measured("span_shape", tmp_path, texts, [("a b", [])])
    assert (fact["spans"], fact["capitalised"]) == (2, 1)


def test_very_long_spans_are_counted_as_the_longest(tmp_path: Path) -> None:
    text = " ".join(f"w{n}" for n in range(50))
    fact, rows = measured("span_shape", tmp_path, [(text + " end", [(text, "A")])], [("a b", [])])
    assert fact["lengths"][-1] == fact["spans"] == 1
    assert rows[0]["message"] == "a span of 50 tokens (A)"


def test_overlapping_spans_are_told_though_loading_left_them_out(tmp_path: Path) -> None:
    train: list[Text] = [
        ("New York City is big", [("New York", "LOC"), ("York City", "LOC")]),
        ("Ann left early", [("Ann", "PER"), ("Ann", "LOC")]),
    ]
    fact, _ = measured("span_shape", tmp_path, [*train, *SHAPED], [("a b", [])])
    assert fact["overlapping"] == 2
    assert fact["spans"] == 8
    assert fact["written"] == 4 + 6  # those of `train`, left out or not, and those of SHAPED


def test_without_a_span_there_is_no_shape(tmp_path: Path) -> None:
    """A span that fits no tokens is none."""
    fact, rows = measured("span_shape", tmp_path, [("Annabel left", [("Ann", "PER")])], [("a b", [])])
    assert (fact["spans"], fact["capitalised"], fact["sd"], fact["bd"]) == (0, 0, 0, 0)
    assert fact["lengths"] == [0] * span_shape.LONGEST
    assert (fact["labels"], rows) == ({}, [])


WORDS = st.sampled_from(["Ann", "met", "the", "``", "old", "Rome", "''", "B12", "and", "it"])


@given(st.lists(st.tuples(st.lists(WORDS, min_size=2, max_size=9), st.data()), min_size=1, max_size=5))
def test_distinctiveness_is_spacys_own(texts: list[tuple[list[str], Any]]) -> None:
    """`spacy debug data` computes it for spans of a span categorizer, from the same counts."""
    docs = []
    for words, data in texts:
        doc = Doc(VOCAB, words)
        start = data.draw(st.integers(0, len(words) - 1))
        end = data.draw(st.integers(start + 1, len(words)))
        doc.ents = [Span(doc, start, end, data.draw(st.sampled_from("AB")))]
        docs.append(doc)
    whole = DEBUG._get_distribution(docs)
    seen: Counter[str] = Counter()
    shapes: dict[str, span_shape._Shape] = {}
    for doc in docs:
        seen.update(map(span_shape._word, doc))
        for entity in doc.ents:
            shapes.setdefault(entity.label_, span_shape._Shape()).add(entity, doc)
    for label, shape in shapes.items():
        spans = [entity for doc in docs for entity in doc.ents if entity.label_ == label]
        beside = [
            doc[place : place + 1]
            for doc in docs
            for entity in doc.ents
            if entity.label_ == label
            for place in (entity.start - 1, entity.end)
            if 0 <= place < len(doc)
        ]
        found = shape.to_dict(seen)
        for key, part in (("sd", spans), ("bd", beside)):
            expected = DEBUG._get_kl_divergence(DEBUG._get_distribution(part), whole)
            assert found[key] == pytest.approx(expected, abs=0.0006)


def test_distinctiveness_over_both_sides_weighed_by_spans(tmp_path: Path) -> None:
    fact, _ = measured("span_shape", tmp_path, SHAPED, SHAPED_EVAL)
    material = material_of(tmp_path, SHAPED, SHAPED_EVAL)
    docs = [*material.train, *material.eval]
    whole = DEBUG._get_distribution(docs)
    total = 0.0
    for label, shape in fact["labels"].items():
        spans = [entity for doc in docs for entity in doc.ents if entity.label_ == label]
        sd = DEBUG._get_kl_divergence(DEBUG._get_distribution(spans), whole)
        assert shape["sd"] == pytest.approx(sd, abs=0.0006)
        total += sd * len(spans)
    assert fact["sd"] == pytest.approx(total / 8, abs=0.001)
    assert fact["bd"] == pytest.approx(
        sum(shape["bd"] * shape["spans"] for shape in fact["labels"].values()) / 8, abs=0.001
    )


# -- the evaluation set -------------------------------------------------------------------------------


def test_what_so_many_spans_can_tell_apart() -> None:
    """Half of 95% of a normal: 1.96 sqrt(0.8 0.2 / n) and 1.96 sqrt(0.1 / n)."""
    assert eval_quality.resolution(100) == {"score": 0.0784, "difference": 0.062}
    assert eval_quality.resolution(1) == {"score": 0.784, "difference": 0.6198}
    assert eval_quality.resolution(0) == {"score": None, "difference": None}


@given(st.integers(1, 10**6))
def test_four_times_the_spans_tell_half_the_difference_apart(spans: int) -> None:
    few, many = eval_quality.resolution(spans), eval_quality.resolution(4 * spans)
    for key in ("score", "difference"):
        assert few[key] is not None
        assert many[key] is not None
        assert many[key] == pytest.approx(few[key] / 2, abs=0.0001)
    assert few["difference"] == pytest.approx(1.96 * math.sqrt(0.1 / spans), abs=0.0001)


def test_the_evaluation_set_by_hand(tmp_path: Path) -> None:
    train: list[Text] = [
        ("Ann went to Rome by train", [("Ann", "PER"), ("Rome", "LOC")]),
        ("Bob took the last bus home", [("Bob", "PER"), ("bus", "VEHICLE")]),
    ]
    eval: list[Text] = [
        ("Ann went to Rome by train", [("Ann", "PER"), ("Rome", "LOC")]),  # known
        ("bob took the last bus home.", [("bob", "PER")]),  # nearly known
        ("Cyd and Dot sailed off", [("Cyd", "PER"), ("Dot", "PER")]),
        ("Annabel stayed where she was", [("Ann", "PER")]),  # its span is lost
        ("Nothing ever happens around here", []),
        ("Eva flew over the hills", [("Eva", "PER")]),
        ("Eva flew over the hills", []),  # says something else
    ]
    fact, rows = measured("eval_quality", tmp_path, train, eval)
    labels = fact.pop("labels")
    assert fact == {
        "texts": 6,
        "with_spans": 4,
        "spans": 6,
        "leaked_exact": 1,
        "leaked_near": 1,
        "origins": [],
        "conflicts": 1,
        "lost": 1,
        "off_tokens": 1,
        "overlapping": 0,
        "source": "file",
        **eval_quality.resolution(6),
    }
    assert labels == {
        "LOC": {"spans": 1, "texts": 1, **eval_quality.resolution(1)},
        "PER": {"spans": 5, "texts": 4, **eval_quality.resolution(5)},
        "VEHICLE": {"spans": 0, "texts": 0, "score": None, "difference": None},
    }
    assert {(row["kind"], row["row"]) for row in rows} == {
        ("eval-text-in-train", 1),
        ("eval-text-near-train", 2),
        ("misaligned", 4),
        ("conflicting-spans", 7),
    }


def loaded(
    folder: Path, train: Sequence[Path], eval: Sequence[Path] = (), eval_sets: Path | None = None
) -> Material:
    """Return several files as material, with what loading them has found."""
    with FindingLog(folder / "findings.jsonl") as log:
        corpus = prepare(train, eval, trainable=False, findings=log, eval_sets=eval_sets)
    files = [file.path for file in corpus.files]
    files += [corpus.eval_file] if corpus.eval_source != "file" else []
    return Material(corpus, files, folder=folder, findings=log.summary())


def quality(material: Material) -> dict[str, Any]:
    with RowLog(material.folder / "rows.jsonl", material.files) as log:
        return eval_quality.measure(material, log)


def test_spans_that_fit_no_tokens_and_those_that_overlap_are_told_apart(tmp_path: Path) -> None:
    eval: list[Text] = [
        ("Annabel stayed", [("Ann", "PER")]),
        ("New York City is big", [("New York", "LOC"), ("York City", "LOC")]),
        ("Ann left early", [("Ann", "PER"), ("Ann", "LOC")]),
    ]
    fact, _ = measured("eval_quality", tmp_path, SHAPED, eval)
    assert (fact["lost"], fact["off_tokens"], fact["overlapping"]) == (3, 1, 2)


@pytest.mark.parametrize("spans", [24, 23])
def test_passes_for_different_labels_are_no_fault_of_the_evaluation_set(tmp_path: Path, spans: int) -> None:
    texts = [f"Ann left Acme, {number}" for number in range(spans)]
    passes = [
        tasks(tmp_path / f"{label}.jsonl", [(text, [(word, label)]) for text in texts])
        for word, label in (("Acme", "ORG"), ("Ann", "PER"))
    ]
    fact = quality(loaded(tmp_path, [tasks(tmp_path / "train.jsonl", SHAPED)], passes))
    assert fact["spans"] == 2 * spans
    assert fact["conflicts"] == (0 if spans == 24 else 23)


@pytest.mark.parametrize(("answer", "conflicts"), [("ignore", 0), ("reject", 1)])
def test_a_row_that_was_ignored_contradicts_nothing(tmp_path: Path, answer: str, conflicts: int) -> None:
    file = tasks(tmp_path / "eval.jsonl", SHAPED)
    with file.open("a", encoding="utf-8") as more:
        more.write(json.dumps({"text": SHAPED[0][0], "spans": [], "answer": answer}) + "\n")
    material = loaded(tmp_path, [tasks(tmp_path / "train.jsonl", SHAPED_EVAL)], [file])
    assert any(found["kind"] == "answer-conflict" for found in material.findings)
    assert quality(material)["conflicts"] == conflicts


def test_texts_of_a_saved_set_are_known_in_full(tmp_path: Path) -> None:
    """All begin with the same 400 characters; each loses a span and has a second row that says otherwise."""
    texts = [f"{'word ' * 80}and Rome in year{number} fell" for number in range(20)]
    once: list[Text] = [
        (text, [("Rome", "LOC"), (f"ear{number}", "DATE")]) for number, text in enumerate(texts)
    ]
    file = tasks(tmp_path / "train.jsonl", [*once, *((text, []) for text in texts)])
    assert loaded(tmp_path, [file], eval_sets=tmp_path / "sets").corpus.eval_source == "split"
    material = loaded(tmp_path, [file], eval_sets=tmp_path / "sets")
    held_out = len(material.corpus.eval)
    assert (material.corpus.eval_source, held_out > 1) == ("saved", True)
    fact = quality(material)
    assert (fact["conflicts"], fact["off_tokens"]) == (held_out, held_out)


def test_all_findings_are_counted_whatever_comes_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eval_quality, "MOST_ROWS", 2)
    lost: list[Text] = [(f"Annabel stayed {number}", [("Ann", "PER")]) for number in range(9)]
    material = loaded(
        tmp_path,
        [tasks(tmp_path / "train.jsonl", [*lost, *SHAPED])],
        [tasks(tmp_path / "eval.jsonl", [(f"so {text}", parts) for text, parts in lost[:5]])],
    )
    with RowLog(tmp_path / "rows.jsonl", material.files) as log:
        assert eval_quality.measure(material, log)["off_tokens"] == 5
    (kind,) = (kind for kind in log.summary()["kinds"] if kind["kind"] == "misaligned")
    assert (kind["count"], kind["of"]) == (2, 5)


def test_what_is_wrong_with_training_texts_is_not_its_business(tmp_path: Path) -> None:
    train: list[Text] = [
        ("Annabel stayed where she was", [("Ann", "PER")]),
        ("Eva flew over the hills", [("Eva", "PER")]),
        ("Eva flew over the hills", []),
    ]
    eval: list[Text] = [("Cyd and Dot sailed off", [("Cyd", "PER"), ("Dot", "PER")])]
    fact, rows = measured("eval_quality", tmp_path, train, eval)
    assert (fact["conflicts"], fact["lost"], rows) == (0, 0, [])
