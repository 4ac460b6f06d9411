"""Prodigy's hashes, on documented rows and on real exports."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.task import input_hash, input_hash_v1, task_hash


def test_the_row_of_a_manual_export() -> None:
    text = "My favorite city is London."
    assert input_hash(text) == -91551573
    assert task_hash({"text": text, "_input_hash": -91551573}) == -1162253049


def test_input_hash_escapes_to_ascii_and_tells_texts_apart() -> None:
    assert input_hash("Köln") != input_hash("Koln")
    assert input_hash("a") != input_hash_v1("a")


def test_task_hash_ignores_what_prodigy_ignores() -> None:
    span = {"start": 0, "end": 1, "label": "A"}
    scored = {**span, "score": 0.5, "source": "model", "pattern": "3", "answer": "accept"}
    assert task_hash({"text": "ab", "spans": [span]}) == task_hash({"text": "ab", "spans": [scored]})
    assert task_hash({"text": "ab", "spans": [span]}) != task_hash({"text": "ab", "spans": []})


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rb") as lines:
        for line in lines:
            yield json.loads(line)


@pytest.mark.parametrize(
    ("file", "rows", "spaced"),
    [
        ("fashion_brands/train.jsonl", 1235, False),
        ("fashion_brands/eval.jsonl", 500, False),
        ("drugs/train.jsonl", 1477, True),
        ("drugs/eval.jsonl", 500, True),
    ],
)
def test_real_exports(shared_data: Path, file: str, rows: int, spaced: bool) -> None:
    count = 0
    for row in _rows(shared_data / "ner" / file):
        count += 1
        assert input_hash(row["text"]) == row["_input_hash"]
        # without the spans: the hash was taken when the task was streamed, before anybody marked one
        streamed = {key: row[key] for key in ("text", "meta", "_input_hash") if key in row}
        assert task_hash(streamed, spaced=spaced) == row["_task_hash"]
    assert count == rows


def test_real_review_export(shared_data: Path) -> None:
    """A review's task hash is that of its spans or of one version's; 10 of 55 rows follow an unknown rule."""
    found = total = 0
    for row in _rows(shared_data / "ner/neurotrial_multi/review_versions.jsonl.gz"):
        total += 1
        assert input_hash(row["text"]) == row["_input_hash"]
        plain = {"text": row["text"], "_input_hash": row["_input_hash"]}
        versions = [row, *row.get("versions", [])]
        found += row["_task_hash"] in {
            task_hash({**plain, "spans": version.get("spans", [])}) for version in versions
        }
    assert (found, total) == (45, 55)
