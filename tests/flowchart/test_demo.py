"""The demo data: the packaged files are the generator's output, and hold what they are there to show."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from flowchart import demo
from flowchart.dataset.task import input_hash, task_hash
from flowchart.demo.__main__ import main
from flowchart.demo.generator import Rates, eval_rows, line, sizes, token_bounds, train_rows
from flowchart.demo.grammar import LABELS


@pytest.fixture(scope="module")
def train() -> list[dict]:
    return [json.loads(each) for each in demo.files()[0].read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def evaluation() -> list[dict]:
    return [json.loads(each) for each in demo.files()[1].read_text("utf-8").splitlines()]


def surfaces(rows: list[dict], label: str) -> set[str]:
    return {
        row["text"][span["start"] : span["end"]].lower()
        for row in rows
        for span in row["spans"]
        if span["label"] == label
    }


def test_packaged_files_are_the_output_of_the_default_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flowchart.demo", "-o", tmp_path], check=True, capture_output=True
    )
    assert done.stderr == b""
    for file in demo.files():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), (
            f"{file.name} is not what the generator writes; run: python -m flowchart.demo -o flowchart/demo"
        )


def test_size_and_labels(train: list[dict], evaluation: list[dict]) -> None:
    assert (len(train), len(evaluation)) == sizes(demo.TEXTS) == (960, 240)
    labels = Counter(span["label"] for row in train for span in row["spans"])
    assert set(labels) >= set(LABELS)
    assert all(labels[label] > 100 for label in LABELS)
    lengths = [len(token_bounds(row["text"])) for row in train]
    assert min(lengths) >= 8
    assert max(lengths) > 35


def test_everything_a_check_should_find_is_there(train: list[dict], evaluation: list[dict]) -> None:
    spans = [(row["text"], span) for row in train for span in row["spans"]]
    assert {span["label"] for _, span in spans} - set(LABELS), "a label in another case"
    assert any(text[span["start"] : span["end"]].endswith(" ") for text, span in spans)
    inside = [
        text for text, span in spans if span["end"] not in {end for _, end in token_bounds(text)}
        and not text[: span["end"]].endswith(" ")
    ]  # fmt: skip
    assert inside, "a span that ends inside a token"
    assert {row["answer"] for row in train} == {"accept", "reject", "ignore"}
    variants: dict[str, set[str]] = {}
    for row in train:
        variants.setdefault(row["text"], set()).add(json.dumps(row["spans"]))
    assert len(variants) < len(train) - 10, "duplicates"
    assert sum(len(each) > 1 for each in variants.values()) >= 5, "conflicting duplicates"
    assert 1 <= len({row["text"] for row in evaluation} & set(variants)) <= 3, "a text that leaks"


def test_evaluation_has_names_nobody_has_seen(train: list[dict], evaluation: list[dict]) -> None:
    for label in ("BRAND", "MODEL", "PART"):
        unseen = surfaces(evaluation, label) - surfaces(train, label)
        assert len(unseen) > 0.15 * len(surfaces(evaluation, label)), label
    assert len(surfaces(train, "BRAND") & surfaces(train, "MODEL")) > 10, "names that only context can tell"


def test_hashes_are_prodigys(train: list[dict], evaluation: list[dict]) -> None:
    for row in train + evaluation:
        assert row["_input_hash"] == input_hash(row["text"])
        streamed = {key: row[key] for key in ("text", "meta", "_input_hash")}
        assert row["_task_hash"] == task_hash(streamed)


def test_tokens_are_those_of_spacy(train: list[dict], evaluation: list[dict]) -> None:
    import spacy

    nlp = spacy.blank("en")
    for row in train + evaluation:
        doc = nlp.make_doc(row["text"])
        assert token_bounds(row["text"]) == [(token.idx, token.idx + len(token)) for token in doc]
        for span in row["spans"]:
            first, last = doc[span["token_start"]], doc[span["token_end"]]
            assert first.idx <= span["start"] < first.idx + len(first)
            assert last.idx < span["end"]


def test_without_slips_every_span_is_on_the_token_grid() -> None:
    none = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))
    for row in [*train_rows(300, 5, none), *eval_rows(100, 5, none)]:
        starts, ends = zip(*token_bounds(row["text"]), strict=True)
        assert row["answer"] == "accept"
        for span in row["spans"]:
            assert span["start"] in starts
            assert span["end"] in ends
            assert span["label"] in LABELS


def test_slips_come_at_the_stated_rates() -> None:
    none = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))
    count = 1500
    complete = sum(len(row["spans"]) for row in train_rows(count, 1, none))
    rejected = sum(row["answer"] == "reject" for row in train_rows(count, 1, Rates(reject=0.02)))
    missed = (
        1 - sum(len(row["spans"]) for row in train_rows(count, 1, Rates(missed=0.2, boundary=0))) / complete
    )
    assert rejected == 30
    assert missed == pytest.approx(0.2, abs=0.04)


def test_rows_are_streamed_and_depend_on_the_seed() -> None:
    first = list(islice(train_rows(10**9, 3), 5))
    assert first == list(train_rows(5, 3))
    assert first != list(train_rows(5, 4))


def test_a_line_is_one_json_object() -> None:
    row = next(train_rows(1))
    assert line(row).count("\n") == 1
    assert json.loads(line(row)) == row


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--texts", "10", "-o", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
