"""Ranked groups of annotations that do not go together: planted slips come first, each group has its rows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.demo.generator import Rates, eval_rows, line, train_rows
from flowchart.measures.agreement import shown
from flowchart.measures.consistency import CONTRAST, MOST_ROWS, measure
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog
from tests.benchmarks.consistency import FIRST, plant

FAULTLESS = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))


def corpus_of(folder: Path, train: list[dict[str, Any]], evaluation: list[dict[str, Any]]) -> Corpus:
    files = [folder / "train.jsonl", folder / "eval.jsonl"]
    for file, rows in zip(files, (train, evaluation), strict=True):
        file.write_text("".join(map(line, rows)), encoding="utf-8")
    return prepare(files[:1], files[1:], trainable=False)


def found(corpus: Corpus, folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    material = Material(corpus, [file.path for file in corpus.files], folder=folder)
    file = folder / "rows.jsonl"
    with RowLog(file, material.files) as rows:
        fact = measure(material, rows)
    return json.loads(json.dumps(fact)), [json.loads(each) for each in file.read_text().splitlines()]


def row(text: str, *spans: tuple[str, str], who: str | None = None, answer: str = "accept") -> dict[str, Any]:
    marked = [
        {"start": text.index(form), "end": text.index(form) + len(form), "label": label}
        for form, label in spans
    ]
    return {"text": text, "spans": marked, "answer": answer, "_annotator_id": who}


EVAL = [row("Lee slept", ("Lee", "PER"))]


@pytest.fixture(scope="module")
def faultless(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("faultless")
    return corpus_of(folder, list(train_rows(600, 1, FAULTLESS)), list(eval_rows(20, 1, FAULTLESS)))


@pytest.mark.parametrize("seed", range(2))
def test_planted_slips_come_first(faultless: Corpus, seed: int, tmp_path: Path) -> None:
    planted = plant(faultless.train, 10, seed)
    assert all(planted.forms.values()), "some of each kind"
    fact, _ = found(replace(faultless, train=planted.documents, eval=[]), tmp_path)
    first = [group["what"] for group in fact["groups"][:FIRST]]
    wanted = {shown(form) for form in planted.all}
    # the generator's own ambiguous names are what is not planted
    assert sum(form in wanted for form in first) / FIRST >= 0.8


def test_a_group_has_its_outcomes_and_its_rows(tmp_path: Path) -> None:
    train = [row(f"take aspirin {number} times", ("aspirin", "DRUG")) for number in range(40)]
    train += [row("no aspirin here"), row("the aspirin", ("aspirin", "BRAND"))]
    fact, rows = found(corpus_of(tmp_path, train, EVAL), tmp_path)
    (group,) = fact["groups"]
    assert group["title"] == "'aspirin': 1 BRAND, 1 unlabelled, 40 DRUG"
    assert group["outcomes"] == [["DRUG", 40], ["BRAND", 1], ["unlabelled", 1]]
    assert (group["kind"], group["suspicious"]) == ("form", 2)
    assert [(each["row"], each["message"], each["done"], each["label"]) for each in rows[:3]] == [
        (41, "unlabelled", "40 of 42 are labelled DRUG", ""),
        (42, "labelled BRAND", "40 of 42 are labelled DRUG", "BRAND"),
        (1, "labelled DRUG, as most are", "", "DRUG"),
    ]
    assert len(rows) == 2 + CONTRAST
    for each in rows:
        start, end = each["span"]
        assert each["excerpt"][start:end] == "aspirin"
        assert each["kind"] == group["title"]
    assert (fact["spans"], fact["compared"]) == (42, 41)
    (level,) = fact["levels"]
    assert level[1:5] == [1, 2, 1, 2]
    assert level[0] == int(100 * group["score"])


def test_another_boundary_names_the_span_that_stands_there(tmp_path: Path) -> None:
    train = [row(f"Apple Inc. sold {number}", ("Apple Inc.", "ORG")) for number in range(5)]
    _, rows = found(corpus_of(tmp_path, [*train, row("so Apple Inc. did", ("Apple", "ORG"))], EVAL), tmp_path)
    assert (rows[0]["row"], rows[0]["message"]) == (6, "'Apple' is labelled ORG instead")


def test_rows_and_annotators_of_one_text_that_differ_are_groups(tmp_path: Path) -> None:
    train = []
    for number in range(4):
        text = f"Rome {number} won"
        train += [row(text, ("Rome", "LOC"), who="ann"), row(text, ("Rome", "ORG"), who="bob")]
    train += [row("Ann left", ("Ann", "PER")), row("Ann left")]
    train += [row("Bob left", ("Bob", "PER"), who="ann"), row("Bob left", who="bob", answer="reject")]
    fact, rows = found(corpus_of(tmp_path, train, EVAL), tmp_path)
    titles = {group["kind"]: [] for group in fact["groups"]}
    for group in fact["groups"]:
        titles[group["kind"]].append(group["title"])
    assert titles["annotators"] == ["'Rome', ann and bob: 4 LOC against ORG"]
    assert sorted(titles["text"]) == [
        "'Ann', rows of one text: 1 PER in one, unlabelled in another",
        "the whole text: 1 rejected here, accepted in another row",
    ]
    assert fact["repeated"] == {"texts": 6, "conflicts": 5, "rejected": 1}
    rome = [each for each in rows if each["kind"].startswith("'Rome'")]
    assert len(rome) == 8
    assert (rome[0]["row"], rome[0]["message"], rome[0]["label"]) == (1, "ann: labelled LOC", "LOC")
    assert rome[0]["done"].startswith("bob: labelled ORG in ")
    assert rome[0]["done"].endswith("row 2")
    assert fact["agreement"]["strict"] == 0
    assert fact["agreement"]["with_rejected"]["texts"] == 5


def test_passes_for_different_labels_over_the_same_texts_are_no_conflict(tmp_path: Path) -> None:
    texts = [f"Rome {number} met Ann" for number in range(30)]
    train = [row(text, ("Rome", "LOC"), who="ann") for text in texts]
    train += [row(text, ("Ann", "PER"), who="bob") for text in texts]
    train += [row("nothing here", who="ann", answer="reject"), row("nothing here", who="bob")]
    fact, _ = found(corpus_of(tmp_path, train, EVAL), tmp_path)
    assert fact["repeated"] == {"texts": 31, "conflicts": 0, "rejected": 0}
    assert (fact["groups"], fact["agreement"]["texts"]) == ([], 0)
    again, _ = found(corpus_of(tmp_path, [*train, row("Ann 9", ("Ann", "LOC"), who="bob")], EVAL), tmp_path)
    assert again["repeated"] == {"texts": 31, "conflicts": 30, "rejected": 1}
    assert again["agreement"]["strict"] == 0


def test_many_differences_of_a_kind_are_counted_and_the_first_told(tmp_path: Path) -> None:
    count = MOST_ROWS + 5
    train = [row(f"Rome {number} won", ("Rome", "LOC"), who="ann") for number in range(count)]
    train += [row(f"Rome {number} won", ("Rome", "ORG"), who="bob") for number in range(count)]
    fact, rows = found(corpus_of(tmp_path, train, EVAL), tmp_path)
    (group,) = (group for group in fact["groups"] if group["kind"] == "annotators")
    assert group["title"] == f"'Rome', ann and bob: {count} LOC against ORG"
    assert group["suspicious"] == count
    assert sum(each["kind"] == group["title"] for each in rows) == 2 * MOST_ROWS


def test_rows_are_capped_and_counts_are_not(tmp_path: Path) -> None:
    train = [row(f"may {number}", ("may", "DATE")) for number in range(MOST_ROWS + 5)]
    train += [row(f"I may {number}") for number in range(100)]
    fact, rows = found(corpus_of(tmp_path, train, EVAL), tmp_path)
    assert fact["groups"][0]["suspicious"] == MOST_ROWS + 5
    assert len(rows) == MOST_ROWS + CONTRAST


@settings(max_examples=6)  # each loads the data twice
@given(st.permutations(range(12)))
def test_the_order_of_rows_does_not_change_the_groups(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    rows = [row(f"Rome {number}", ("Rome", "LOC")) for number in range(4)]
    rows += [
        row("Rome 9"),
        row("Rome fell", ("Rome", "ORG")),
        row("Rome fell"),
        row("old Rome", ("old Rome", "LOC")),
    ]
    rows += [
        row("Ann ran", ("Ann", "PER"), who="a"),
        row("Ann ran", who="b"),
        row("Ann ran", who="c", answer="reject"),
    ]
    rows += [row("Ann sat")]
    folder = tmp_path_factory.mktemp("order")
    fact, _ = found(corpus_of(folder, rows, EVAL), folder)
    again, _ = found(corpus_of(folder, [rows[number] for number in order], EVAL), folder)
    for name in ("groups", "levels", "repeated", "agreement", "outcomes"):
        assert fact[name] == again[name]


def test_data_without_spans_has_no_groups(tmp_path: Path) -> None:
    fact, rows = found(corpus_of(tmp_path, [row("Rome fell", ("Rome", "LOC"))], EVAL), tmp_path)
    assert (fact["groups"], fact["levels"], fact["compared"], rows) == ([], [], 0, [])
