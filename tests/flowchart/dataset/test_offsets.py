"""Offsets that were counted in another way: the cause is named, and no span stays on a wrong word."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.loading import Loader, Task

Write = Callable[..., Path]
TEXTS = [
    "Bericht 😀:\r\nGespräch von Jo Ray,\r\n  dann  cafe\u0301 & Öl mit Max Roe in Linz. " + "x" * number
    for number in range(8)
]
NAMES = ("Jo Ray", "Max Roe", "Linz")


def load(file: Path) -> tuple[list[Task], FindingLog, Funnel]:
    log, funnel = FindingLog(), Funnel()
    return list(Loader(file, "train", funnel, log).tasks()), log, funnel


def named(text: str, spans: list[tuple[int, int, str]]) -> list[str]:
    return [text[start:end] for start, end, _ in spans]


def rows(
    count: Callable[[str], int], inclusive: int = 0, shift: int = 0, without: str = ""
) -> list[dict[str, Any]]:
    """Rows whose spans name their text and count what is before them in their own way."""
    made = []
    for text in (text.replace(without, "") for text in TEXTS):
        spans = []
        for name in NAMES:
            start = text.index(name)
            begin, end = count(text[:start]) + shift, count(text[: start + len(name)]) - inclusive + shift
            spans.append({"start": begin, "end": end, "label": "X", "text": name})
        made.append({"text": text, "spans": spans, "answer": "accept"})
    return made


@pytest.mark.parametrize(
    ("count", "cause"),
    [
        (lambda part: len(part.encode("utf-16-le")) // 2, "UTF-16 units"),
        (lambda part: len(part.encode()), "UTF-8 bytes"),
        (lambda part: len(part.replace("\r\n", "\n")), "a CRLF as one character"),
        (lambda part: len("".join(part.split())), "no white space"),
        (lambda part: len(part.replace("\r", "").replace("\n", "")), "no line ends"),
        (lambda part: len(part.replace("\u0301", "")), "combining marks"),
        (lambda part: len(html.escape(part, quote=False)), "&amp;"),
    ],
)
@pytest.mark.parametrize("inclusive", [0, 1])
def test_the_one_cause_is_named_and_the_words_are_found(
    write: Write, count: Callable[[str], int], cause: str, inclusive: int
) -> None:
    tasks, log, funnel = load(write(*rows(count, inclusive)))
    for task in tasks:
        assert named(task.text, task.spans) == list(NAMES)
    odd = log.count("span-moved")
    assert odd >= 16
    told = next(finding for finding in log if finding.kind == "offsets-otherwise")
    assert told.row == 0
    if not inclusive:
        assert cause in told.message
        assert f"explains {odd} of {odd}" in told.message
    assert not funnel["tasks"].lost


@pytest.mark.parametrize(
    ("inclusive", "shift", "cause"),
    [
        (1, 0, "the end is the last character"),
        (0, 1, "one too high"),
        (0, -1, "one too low"),
        (1, 1, "count from 1"),
        (-1, 0, "the end is one too far"),
    ],
)
def test_offsets_that_are_shifted(write: Write, inclusive: int, shift: int, cause: str) -> None:
    # one emoji before all spans would explain a shift by one as well
    tasks, log, _ = load(write(*rows(len, inclusive, shift, without="😀")))
    told = next(finding for finding in log if finding.kind == "offsets-otherwise")
    assert cause in told.message
    for task in tasks:
        assert named(task.text, task.spans) == list(NAMES)


def test_what_nothing_explains_is_left_out(write: Write) -> None:
    span = {"start": 4, "end": 7, "label": "X", "text": "Rome"}
    tasks, log, funnel = load(write({"text": "Ann saw Rome and Rome", "spans": [span], "answer": "accept"}))
    assert tasks[0].spans == []
    assert funnel["tasks"].lost_spans == {"span-text-disagrees": 1}
    assert log.count("span-text-disagrees") == 1
    assert log.count("offsets-otherwise") == 0


@pytest.mark.parametrize("own", ["ANN LEE", "Ann\nLee", "Ann  Lee ", "Ａnn Lee"])
def test_words_written_otherwise_are_no_other_words(write: Write, own: str) -> None:
    span = {"start": 0, "end": 7, "label": "X", "text": own}
    tasks, log, funnel = load(write({"text": "Ann Lee saw Rome", "spans": [span], "answer": "accept"}))
    assert tasks[0].spans == [(0, 7, "X")]
    assert {kind: count.count for kind, count in log.kinds.items()} == {"span-text-spelling": 1}
    assert not funnel["tasks"].lost


def tokens(words: list[str], *, white: int) -> list[dict[str, Any]]:
    """Tokens whose offsets count `white` characters between them."""
    found: list[dict[str, Any]] = []
    at = 0
    for number, word in enumerate(words):
        found.append({"text": word, "start": at, "end": at + len(word), "id": number})
        at += len(word) + white
    return found


WORDS = ["Ann", "Lee", "saw", "New", "York", "today"]


@pytest.mark.parametrize("numbers", [True, False])
def test_tokens_that_leave_the_white_space_out(write: Write, numbers: bool) -> None:
    span: dict[str, Any] = {"start": 9, "end": 16, "label": "X"}
    if numbers:
        span |= {"token_start": 3, "token_end": 4}
    row = {"text": " ".join(WORDS), "tokens": tokens(WORDS, white=0), "spans": [span], "answer": "accept"}
    tasks, log, _ = load(write(row))
    assert named(row["text"], tasks[0].spans) == ["New York"]
    told = next(finding for finding in log if finding.kind == "offsets-otherwise")
    assert "no white space explains 1 of 1" in told.message
    assert "1 of 1 are right by token_start and token_end" in told.message


@pytest.mark.parametrize(
    ("span", "left"),
    [
        ({"start": 12, "end": 20, "token_start": 3, "token_end": 4}, ["New York"]),
        ({"start": 12, "end": 20, "token_start": 3, "token_end": 5}, ["New York"]),  # the end exclusive
        ({"start": 12, "end": 15, "token_start": 3, "token_end": 4}, ["New"]),  # an edge changed later
        ({"start": 0, "end": 3, "token_start": 3, "token_end": 4}, []),  # two places, and nothing tells which
        ({"start": 0, "end": 3, "token_start": 3, "token_end": 44}, ["Ann"]),  # no such token
        ({"start": 0, "end": 3, "token_start": 3, "token_end": 4, "text": "Ann"}, ["Ann"]),  # it says so
        ({"start": 11, "end": 19, "token_start": 3, "token_end": 4}, ["New York"]),  # one too low
    ],
)
def test_token_numbers_beside_offsets(write: Write, span: dict[str, Any], left: list[str]) -> None:
    row = {
        "text": " ".join(WORDS),
        "tokens": tokens(WORDS, white=1),
        "spans": [{**span, "label": "X"}],
        "answer": "accept",
    }
    tasks, _, funnel = load(write(row))
    assert named(row["text"], tasks[0].spans) == left
    assert funnel["tasks"].lost_spans.total() == 1 - len(left)


def test_tokens_of_another_text_say_nothing(write: Write) -> None:
    row = {
        "text": " ".join(WORDS),
        "tokens": tokens(["Bob", "ran"], white=1),
        "spans": [{"start": 12, "end": 20, "token_start": 0, "token_end": 1, "label": "X"}],
        "answer": "accept",
    }
    tasks, log, _ = load(write(row))
    assert named(row["text"], tasks[0].spans) == ["New York"]
    assert {kind: count.count for kind, count in log.kinds.items()} == {"tokens-disagree": 1}


@pytest.mark.parametrize(
    ("name", "cause", "places"),
    [
        ("03.jsonl", "no white space", "180 of 180 are right by token_start"),
        ("05.jsonl", "CRLF", "180 of 180"),
    ],
)
def test_reports_of_users(shared_data: Path, name: str, cause: str, places: str) -> None:
    tasks, log, _ = load(shared_data / "reports" / name)
    told = next(finding for finding in log if finding.kind == "offsets-otherwise")
    assert cause in told.message
    assert "explains 180 of 180" in told.message
    assert places in told.message
    assert sum(len(task.spans) for task in tasks) == 180
    for task in tasks:
        for start, end, label in task.spans:
            piece = task.text[start:end]
            assert len(piece.split()) == (1 if label == "CITY" else 2), piece
            assert piece.istitle()
