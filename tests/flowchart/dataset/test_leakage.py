"""Evaluation texts that are known from training: counted, and each told with its rows in both files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flowchart.dataset.corpus import prepare
from flowchart.dataset.findings import FindingLog
from flowchart.findings_file import read_row
from tests.flowchart.dataset.test_corpus import adds_up, row

Write = Callable[..., Path]

LONG = "the parcel from Ann was sent to the old harbour in Rome on Monday by boat"
TRAIN = [
    row("Ann saw Rome", "PER"),
    row("Bob saw Oslo", "PER"),
    row(LONG, "DET"),
    *[row(f"number {number} of many other things to be said", "NUM") for number in range(4)],
]
EVAL = [
    row("Ann saw Rome", "PER", "VERB"),
    row("bob  saw OSLO !", "PER"),
    row(LONG.replace("Monday", "Friday"), "DET"),
    row("Max saw Wien", "PER"),
]


def test_each_is_counted_and_told_with_its_rows_in_both_files(write: Write) -> None:
    log = FindingLog()
    train, evaluation = write(*TRAIN), write(*EVAL, name="eval.jsonl")
    corpus = prepare([train], [evaluation], findings=log)
    adds_up(corpus, log)
    assert corpus.leakage.to_dict() == {"exact": 1, "near": 2, "share": 0.75, "spans_in_exact": 2}
    assert corpus.to_dict()["leakage"] == corpus.leakage.to_dict()
    rows = {
        kind: [(Path(each.file), each.row) for each in log if each.kind == kind]
        for kind in (
            "eval-text-in-train",
            "train-text-in-eval",
            "eval-text-near-train",
            "train-text-near-eval",
        )
    }
    assert rows == {
        "eval-text-in-train": [(evaluation, 1)],
        "train-text-in-eval": [(train, 1)],
        "eval-text-near-train": [(evaluation, 2), (evaluation, 3)],
        "train-text-near-eval": [(train, 2), (train, 3)],
    }
    for finding in log:
        if finding.kind in rows:
            assert finding.excerpt in read_row(Path(finding.file), finding.row)
    messages = [each.message for each in log if each.kind == "eval-text-near-train"]
    assert f"{train} row 2" in messages[0]
    assert "they differ only by case, white space or punctuation" in messages[0]
    assert "% of their runs of three words are in both" in messages[1]


def test_of_a_script_without_spaces_runs_of_characters_are_told(write: Write) -> None:
    text = "第{}号通知会议改在星期二下午举行请大家按时参加"
    sides = [[row(text.format(digits), "号") for digits in pair] for pair in (("12", "345"), ("67",))]
    log = FindingLog()
    prepare([write(*sides[0])], [write(*sides[1], name="eval.jsonl")], findings=log, lang="zh")
    (message,) = [each.message for each in log if each.kind == "eval-text-near-train"]
    assert message.endswith("% of their runs of three characters are in both")


def test_texts_on_both_sides_stay_on_both(write: Write) -> None:
    corpus = prepare([write(*TRAIN)], [write(*EVAL, name="eval.jsonl")])
    assert (len(corpus.train), len(corpus.eval)) == (7, 4)


def test_a_split_has_no_exact_ones_and_tells_the_near(write: Write, tmp_path: Path) -> None:
    texts = [row(f"box {number // 2} came from Rome{'.' * (number % 2)}", "OBJ") for number in range(40)]
    for source in ("split", "saved"):
        log = FindingLog()
        corpus = prepare([write(*texts)], findings=log, eval_sets=tmp_path / "sets")
        assert corpus.eval_source == source
        assert corpus.leakage.exact == 0
        assert corpus.leakage.near == log.count("eval-text-near-train") > 0
        (file,) = {finding.file for finding in log if finding.kind == "eval-text-near-train"}
        assert file == (corpus.eval_file if source == "saved" else corpus.files[0].path)


def test_a_training_text_near_several_is_told_once(write: Write) -> None:
    log = FindingLog()
    evaluation = [row("ann saw rome", "PER"), row("ANN SAW ROME", "PER")]
    corpus = prepare([write(*TRAIN)], [write(*evaluation, name="eval.jsonl")], findings=log)
    assert corpus.leakage.near == log.count("eval-text-near-train") == 2
    assert log.count("train-text-near-eval") == 1


@pytest.mark.parametrize(
    ("name", "suffix", "exact", "spans", "near"),
    [
        ("fashion_brands", "jsonl", 0, 0, 3),
        ("drugs", "jsonl", 0, 0, 0),
        ("wnut17", "jsonl.gz", 0, 0, 0),
        ("ncbi_disease", "jsonl.gz", 5, 0, 2),
    ],
)
def test_real_data(shared_data: Path, name: str, suffix: str, exact: int, spans: int, near: int) -> None:
    folder = shared_data / "ner" / name
    corpus = prepare([folder / f"train.{suffix}"], [folder / f"eval.{suffix}"])
    found = corpus.leakage
    assert (found.exact, found.spans_in_exact, found.near) == (exact, spans, near)
