"""From rows to tasks: what typed data does not cover, row by row."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.loading import Loader, Task
from flowchart.errors import UserError

Write = Callable[..., Path]
GOOD = {"text": "Ann saw Rome", "spans": [{"start": 8, "end": 12, "label": "LOC"}], "answer": "accept"}


def load(file: Path) -> tuple[list[Task], FindingLog, Funnel]:
    log, funnel = FindingLog(), Funnel()
    return list(Loader(file, "train", funnel, log).tasks()), log, funnel


def kinds(log: FindingLog) -> dict[str, int]:
    return {kind: count.count for kind, count in log.kinds.items()}


def test_a_bad_span_costs_only_itself(write: Write) -> None:
    spans = [{"start": 0, "end": 3, "label": "PER"}, {"start": "8", "end": 12, "label": "LOC"}, 7]
    tasks, log, funnel = load(write({**GOOD, "spans": spans}))
    assert tasks[0].spans == [(0, 3, "PER")]
    assert kinds(log) == {"span-offsets": 1, "span-not-object": 1}
    assert funnel["rows"].spans == 3
    assert funnel["tasks"].lost_spans == {"span-offsets": 1, "span-not-object": 1}
    first = next(iter(log))
    assert "span 2" in first.message
    assert "'8'" in first.message
    assert first.row == 1


def test_line_numbers_count_blank_lines(write: Write) -> None:
    tasks, log, _ = load(write(b"", b"   ", GOOD, b"\t", b"oops", GOOD))
    assert [task.row for task in tasks] == [3, 6]
    assert [(finding.kind, finding.row, finding.excerpt) for finding in log] == [("not-json", 5, "oops")]


def test_line_separators_inside_strings_do_not_end_a_line(write: Write) -> None:
    row = json.dumps({**GOOD, "text": "Ann saw Rome\u2028\u0085\x0b!"}, ensure_ascii=False).encode()
    tasks, log, _ = load(write(row.replace(b"\x0b", b"\\u000b")))
    assert len(tasks) == 1
    assert not log.total


@pytest.mark.parametrize("escape", [r"\ud83d", r"\udc00"])
def test_half_a_character_is_a_finding(write: Write, escape: str) -> None:
    half = b'{"text":"a ' + escape.encode() + b' b","answer":"accept"}'
    label = b'{"text":"abc","spans":[{"start":0,"end":3,"label":"' + escape.encode() + b'"}]}'
    tasks, log, _ = load(write(half, label, GOOD))
    assert [task.row for task in tasks] == [2, 3]
    assert tasks[0].spans == []
    # of different kinds, since one costs the row and the other a span
    assert (kinds(log)["lone-surrogate"], kinds(log)["span-label"]) == (1, 1)


def test_a_text_longer_than_spacy_takes(write: Write) -> None:
    tasks, log, funnel = load(
        write({"text": "x" * 1_000_001, "spans": [GOOD["spans"][0]]}, {"text": "y" * 1_000_000}, GOOD)
    )
    assert [task.row for task in tasks] == [2, 3]
    assert kinds(log) == {"text-too-long": 1}
    assert funnel["tasks"].lost_spans == {"text-too-long": 1}
    assert len(next(iter(log)).excerpt) <= 300


@pytest.mark.parametrize(
    ("row", "kind", "word"),
    [
        ({"text": "a", "label": [[0, 1, "X"]]}, "other-format", "doccano"),
        ({"data": {"text": "a"}, "annotations": []}, "other-format", "Label Studio"),
        ({"tokens": ["a"], "ner_tags": [0]}, "other-format", "tags"),
        ({"label": "X", "pattern": "a"}, "other-format", "pattern"),
        ({"text": "a", "label": "SPAM", "answer": "accept"}, "not-ner", "label"),
        ({"image": "x.png", "spans": []}, "not-ner", "image"),
        ({"text": "a", "spans": [], "_view_id": "classification"}, "not-ner", "classification"),
        ({"nothing": 1}, "text-missing", "nothing"),
        ({"text": None}, "text-missing", "text"),
        ([1, 2], "not-an-object", "[1, 2]"),
    ],
)
def test_rows_that_are_no_ner_task(write: Write, row: object, kind: str, word: str) -> None:
    tasks, log, _ = load(write(GOOD, row))
    assert len(tasks) == 1
    assert kinds(log) == {kind: 1}
    assert word in next(iter(log)).message


@pytest.mark.parametrize(
    ("extra", "binary"),
    [
        ({"_is_binary": True}, True),
        ({"_is_binary": False, "_view_id": "ner"}, False),
        ({"_view_id": "ner"}, True),
        ({"_view_id": "ner_manual"}, False),
        ({}, False),
    ],
)
def test_binary_tasks_are_told(write: Write, extra: dict[str, object], binary: bool) -> None:
    tasks, _, _ = load(write({**GOOD, **extra}))
    assert tasks[0].binary is binary


def test_old_binary_tasks_are_told_by_their_scores(write: Write) -> None:
    scored = {**GOOD, "spans": [{**GOOD["spans"][0], "score": 0.4}]}  # type: ignore[index]
    tasks, _, _ = load(write({**scored, "meta": {"score": 0.4}}, scored))
    assert [task.binary for task in tasks] == [True, False]


def test_answers(write: Write) -> None:
    answers = ["accept", " Reject", "ignore", "skip", True, None]
    tasks, log, _ = load(write(*({**GOOD, "answer": answer} for answer in answers)))
    assert [task.answer for task in tasks] == ["accept", "reject", "ignore", "'skip'", "True", ""]
    assert kinds(log) == {"answer-spelling": 1, "answer-missing": 1}


def test_a_json_array_is_read_with_item_numbers(tmp_path: Path) -> None:
    file = tmp_path / "array.json"
    file.write_text(json.dumps([GOOD, 5, GOOD], indent=1))
    tasks, log, _ = load(file)
    assert [task.row for task in tasks] == [1, 3]
    assert [(finding.kind, finding.row) for finding in log] == [("json-array", 0), ("not-an-object", 2)]


def test_a_first_line_that_is_an_array_does_not_make_the_file_one(write: Write) -> None:
    tasks, log, _ = load(write([1], GOOD))
    assert len(tasks) == 1
    assert kinds(log) == {"not-an-object": 1}


def test_nesting_too_deep_costs_only_its_row(write: Write) -> None:
    deep = b'{"text":"a","meta":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    tasks, log, _ = load(write(deep, GOOD))
    assert len(tasks) == 1
    assert kinds(log) == {"nested-too-deep": 1}


def test_integers_of_thousands_of_digits(write: Write) -> None:
    digits = b"9" * 6000
    row = (
        b'{"text":"abc","_input_hash":' + digits + b',"spans":[{"start":0,"end":' + digits + b',"label":"A"},'
    )
    tasks, log, _ = load(write(row + b'{"start":0,"end":1.5,"label":"A"},{"start":0,"end":3,"label":"A"}]}'))
    assert tasks[0].spans == [(0, 3, "A")]
    assert sum(count for kind, count in kinds(log).items() if kind.startswith("span-o")) == 2


def test_a_hash_on_two_texts(write: Write) -> None:
    _, log, _ = load(write({**GOOD, "_input_hash": 5}, {**GOOD, "text": "Eve saw Oslo", "_input_hash": 5}))
    assert kinds(log) == {"hash-reused": 1, "hash-unknown": 1}


def test_many_broken_rows_before_any_good_one_refuse_the_file(write: Write) -> None:
    with pytest.raises(UserError, match="not JSON Lines: row 1"):
        load(write(*[b"word O"] * 2000, GOOD))
    tasks, log, funnel = load(write(*[b"word O"] * 900, GOOD))
    assert len(tasks) == 1
    assert kinds(log) == {"not-json": 900}
    assert funnel["tasks"].lost_documents == {"not-json": 900}


def test_gzip_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl"
    file.write_bytes(gzip.compress(json.dumps(GOOD).encode() + b"\n"))
    tasks, _, _ = load(file)
    assert len(tasks) == 1


def test_two_gzip_members_one_after_another(tmp_path: Path) -> None:
    file = tmp_path / "two.gz"
    file.write_bytes(gzip.compress(json.dumps(GOOD).encode() + b"\n") * 2)
    tasks, _, _ = load(file)
    assert len(tasks) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n \n", "no rows"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"\x1f\x8b\x08\x00", "damaged"),
        (b"[]", "no rows"),
        (b"x\n" * 3, "row 1"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        load(file)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        load(tmp_path / "none.jsonl")
    with pytest.raises(UserError, match="is a folder"):
        load(tmp_path)


def test_progress_ends_at_the_size_on_disk(write: Write) -> None:
    file = write(*[{**GOOD, "text": f"Ann saw Rome {number}" * 50} for number in range(3000)])
    told: list[int] = []
    for _ in Loader(file, "train", Funnel(), FindingLog()).tasks(told.append):
        pass
    assert told == sorted(told)
    assert told[-1] == file.stat().st_size
    assert len(told) >= 2
