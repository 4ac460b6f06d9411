"""What rows say before they are united: overlaps are those of one row, not those of two people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.corpus import prepare
from flowchart.measures import span_shape
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog


def row(text: str, *words: str, annotator: str = "") -> dict[str, Any]:
    spans = [
        {"start": text.index(word), "end": text.index(word) + len(word), "label": "NAME"} for word in words
    ]
    return {"text": text, "spans": spans, "answer": "accept", "_annotator_id": annotator}


def overlapping(tmp_path: Path, *rows: dict[str, Any]) -> tuple[tuple[int, int], list[dict[str, Any]]]:
    file = tmp_path / "train.jsonl"
    more = [row(f"Number {number} is by Anna.", "Anna") for number in range(20)]
    file.write_text("".join(json.dumps(each) + "\n" for each in (*rows, *more)))
    material = Material(corpus=prepare([file], trainable=False), files=[str(file)])
    log = tmp_path / "rows.jsonl"
    with RowLog(log, material.files) as written:
        fact = span_shape.measure(material, written)
    return (fact["overlapping"], fact["overlap_another"]), [
        json.loads(line) for line in log.read_text().splitlines()
    ]


@pytest.mark.parametrize(
    ("words", "going", "all_of_them"),
    [
        (("Anna Berg", "Carl"), 0, 0),
        (("Anna Berg", "Berg"), 1, 2),  # a nested pair: both overlap, one has to go
        (("Anna", "Anna Berg"), 1, 2),
        (("Anna Berg", "Anna", "Berg"), 2, 3),
        (("Anna Berg", "Berg met", "met Carl"), 1, 3),  # without the one between, the others stay
        (("Anna Berg met Carl", "Berg met", "met Carl", "Anna"), 3, 4),
        (("Anna", "Anna"), 0, 0),  # the same span twice is one
    ],
)
def test_spans_of_one_row_that_overlap_are_counted_and_told(
    tmp_path: Path, words: tuple[str, ...], going: int, all_of_them: int
) -> None:
    found, rows = overlapping(tmp_path, row("Anna Berg met Carl.", *words))
    assert found == (going, all_of_them)
    assert [each["row"] for each in rows if each["kind"] == "overlapping"] == [1] * going


def test_two_people_who_differ_do_not_overlap(tmp_path: Path) -> None:
    text = "Anna Berg met Carl."
    found, _ = overlapping(
        tmp_path, row(text, "Anna Berg", annotator="one"), row(text, "Berg", annotator="two")
    )
    assert found == (0, 0)
