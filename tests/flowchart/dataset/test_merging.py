"""From tasks to texts: answers, binary tasks, duplicates and conflicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.findings import FindingLog
from flowchart.errors import UserError

Write = Callable[..., Path]
TEXT = "Ann Lee saw Rome"
ANN = {"start": 0, "end": 7, "label": "PER"}
ROME = {"start": 12, "end": 16, "label": "LOC"}


def task(*spans: dict[str, Any], text: str = TEXT, **extra: object) -> dict[str, Any]:
    return {"text": text, "spans": list(spans), "answer": "accept", **extra}


def merged(file: Path) -> tuple[Corpus, FindingLog]:
    log = FindingLog()
    return prepare([file], findings=log, trainable=False), log


def spans_of(corpus: Corpus, text: str = TEXT) -> tuple[tuple[int, int, str], ...]:
    return next(document.spans for document in [*corpus.train, *corpus.eval] if document.text == text)


def test_the_same_text_twice_counts_once(write: Write) -> None:
    corpus, log = merged(write(task(ANN), task(ANN)))
    stage = corpus.funnel[3]
    assert (stage.documents, stage.spans) == (1, 1)
    assert stage.lost == {"duplicate-text": 1}
    assert stage.lost_spans == {"duplicate-text": 1}
    finding = next(finding for finding in log if finding.kind == "duplicate-text")
    assert finding.row == 2
    assert "row 1" in finding.message


def test_different_spans_on_one_text_are_united(write: Write) -> None:
    corpus, log = merged(write(task(ANN), task(ROME), task(ANN), task(ANN, ROME)))
    assert spans_of(corpus) == ((0, 7, "PER"), (12, 16, "LOC"))
    assert corpus.funnel[3].lost == {"conflicting-spans": 2, "duplicate-text": 1}
    conflict = next(finding for finding in log if finding.kind == "conflicting-spans")
    assert "here also 'Rome' ('LOC')" in conflict.message
    assert "here not 'Ann Lee' ('PER')" in conflict.message


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_label_most_rows_gave_stays(write: Write, order: tuple[int, ...]) -> None:
    rows = [task({**ROME, "label": "AAA"}), task(ROME), task(ROME, ANN)]
    corpus, log = merged(write(*(rows[index] for index in order)))
    assert spans_of(corpus) == ((0, 7, "PER"), (12, 16, "LOC"))
    lost = next(finding for finding in log if finding.kind == "same-span-two-labels")
    assert lost.row == order.index(0) + 1  # the row that gave the span, not the text's first one


def test_a_span_twice_in_one_row(write: Write) -> None:
    corpus, log = merged(write(task(ANN, ANN, ANN)))
    assert spans_of(corpus) == ((0, 7, "PER"),)
    assert log.count("duplicate-span") == corpus.funnel[3].lost_spans["duplicate-span"] == 2


def test_rejected_and_ignored_tasks_are_left_out(write: Write) -> None:
    rows = [
        task(ANN),
        task(text="x y", answer="reject"),
        task(text="z", answer="ignore"),
        task(ROME, answer="odd"),
    ]
    corpus, log = merged(write(*rows))
    assert corpus.funnel[2].lost == {"answer-reject": 1, "answer-ignore": 1, "answer-unknown": 1}
    assert corpus.funnel[2].lost_spans == {"answer-unknown": 1}
    assert log.count("answer-conflict") == 0


def test_one_text_accepted_and_rejected(write: Write) -> None:
    corpus, log = merged(write(task(ROME, answer="reject", _annotator_id="ner-bob"), task(ANN)))
    assert spans_of(corpus) == ((0, 7, "PER"),)
    conflict = next(finding for finding in log if finding.kind == "answer-conflict")
    assert conflict.row == 1
    assert "reject by 'ner-bob'" in conflict.message
    assert "row 2" in conflict.message


def test_raw_texts_are_not_taken_as_empty_annotations(write: Write) -> None:
    corpus, _ = merged(write({"text": "a raw text"}, task(ANN), {"text": "seen", "answer": "accept"}))
    assert corpus.funnel[2].lost == {"not-annotated": 1}
    assert spans_of(corpus, "seen") == ()


def test_spans_that_cannot_be_read_keep_their_text_out(write: Write) -> None:
    corpus, log = merged(write({**task(), "spans": {"start": 0}}, task(ANN, text="Ann Lee")))
    assert corpus.funnel[1].documents == 2
    assert corpus.funnel[2].lost == {"spans-unreadable": 1}
    assert log.count("spans-unreadable") == 1


def test_binary_tasks_beside_manual_ones_are_left_out(write: Write) -> None:
    corpus, log = merged(write(task(ANN), task(ROME, text="In Rome at", _is_binary=True)))
    assert corpus.funnel[2].lost == {"binary-task": 1}
    assert log.count("binary-task") == 1
    assert log.count("binary-only") == 0


def test_binary_tasks_alone_are_united(write: Write) -> None:
    binary = {"_is_binary": True}
    rows = [task(ANN, **binary), task(ROME, **binary), task(ROME, answer="reject", **binary)]
    corpus, log = merged(write(*rows))
    assert spans_of(corpus) == ((0, 7, "PER"), (12, 16, "LOC"))
    assert log.count("binary-only") == 1
    assert log.count("answer-conflict") == 0  # a no to one suggestion is no verdict on the text
    assert corpus.funnel[3].lost == {"binary-united": 1}


def test_nothing_accepted_is_said_with_the_reasons(write: Write) -> None:
    rows = [task(ANN, answer="reject"), task(answer="ignore"), {"text": "raw"}]
    with pytest.raises(UserError, match="0 of 3 accepted") as caught:
        merged(write(*rows))
    assert "1 not-annotated" in str(caught.value)


def test_texts_alike_but_for_white_space_stay_apart(write: Write) -> None:
    corpus, _ = merged(write(task(ANN), task(ANN, text=TEXT + " ")))
    assert corpus.funnel[3].documents == 2
