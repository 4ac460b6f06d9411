"""Who said what: reviewed rows, later rows, passes for different labels, sessions that are no annotators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.loading import Loader
from flowchart.measures.agreement import agreement, repeated

Write = Callable[..., Path]
TEXT = "Ann Lee saw Rome"
ANN = {"start": 0, "end": 7, "label": "PER"}
ROME = {"start": 12, "end": 16, "label": "LOC"}
CITY = {"start": 12, "end": 16, "label": "CITY"}
PLACES = {"PER": (0, 7), "LOC": (12, 16), "CITY": (12, 16)}


def row(*spans: dict[str, Any], who: str = "", text: str = TEXT, **extra: object) -> dict[str, Any]:
    named = {"_annotator_id": who, "_session_id": who} if who else {}
    return {"text": text, "spans": list(spans), "answer": "accept", **named, **extra}


def review(*spans: dict[str, Any], of: list[dict[str, Any]], **extra: object) -> dict[str, Any]:
    sessions = [each["_session_id"] for each in of]
    reviewed = {"_view_id": "review", "view_id": "ner_manual", "sessions": sessions, "versions": of}
    return row(*spans, who="boss", **{**reviewed, **extra})


def merged(*files: Path) -> tuple[Corpus, FindingLog]:
    log = FindingLog()
    return prepare(list(files), findings=log, trainable=False), log


def labels(corpus: Corpus, text: str = TEXT) -> list[str]:
    found = [document for document in [*corpus.train, *corpus.eval] if document.text == text]
    return [span[2] for document in found for span in document.spans]


def texts(*names: str) -> list[str]:
    """Texts with a person, then a place, one for each name, of equal length."""
    return [f"Ann {name} saw Rome" for name in names]


def test_a_reviewed_row_counts_in_place_of_those_it_reviewed(write: Write) -> None:
    a, b = row(ANN, who="a"), row({**ANN, "label": "DATE"}, CITY, who="b")
    corpus, log = merged(write(a, b, review(ANN, ROME, of=[a, b])))
    assert labels(corpus) == ["PER", "LOC"]
    stage = corpus.funnel[3]
    assert (stage.lost, stage.lost_spans) == ({"superseded-review": 2}, {"superseded-review": 3})
    assert log.count("conflicting-spans") == 0
    first = next(finding for finding in log if finding.kind == "superseded-review")
    assert (first.row, "row 3" in first.message) == (1, True)


def test_agreement_is_measured_from_the_annotators_own_rows(write: Write) -> None:
    rows = []
    for text in texts("Lee", "Roe", "Poe"):
        a, b = row(ANN, ROME, who="a", text=text), row(ANN, who="b", text=text)
        rows += [a, b, review(ANN, of=[a, b], text=text)]
    found = repeated([str(write(*rows))])
    assert {each.annotator for versions in found.values() for each in versions} == {"a", "b"}
    assert agreement(found, seed=0)["strict"] == pytest.approx(2 * 3 / 9, abs=1e-4)
    for one, other in found.values():
        assert not one.contradicts(other)  # the review has settled it


def test_a_row_of_agreement_taken_over_by_review_is_a_review_too(write: Write) -> None:
    a, b = row(ANN, who="a"), row(ANN, who="b")
    taken = {**review(ANN, of=[a]), "_view_id": "ner_manual", "sessions": ["a", "b"]}
    corpus, _ = merged(write(a, b, taken))
    assert corpus.funnel[3].lost == {"superseded-review": 2}


def test_a_review_leaves_what_it_is_not_about(write: Write) -> None:
    a, other = row(ANN, who="a"), row(CITY, who="c")
    corpus, _ = merged(write(a, other, review(ANN, of=[a])))
    assert labels(corpus) == ["PER", "CITY"]
    assert corpus.funnel[3].lost == {"superseded-review": 1, "conflicting-spans": 1}


def test_a_rejected_review_takes_the_text_out(write: Write) -> None:
    a = row(ANN, who="a")
    corpus, log = merged(write(a, review(of=[a], answer="reject"), row(ANN, text="Ann Lee")))
    assert [document.text for document in [*corpus.train, *corpus.eval]] == ["Ann Lee"]
    assert corpus.funnel[3].lost == {"superseded-review": 1}
    assert log.count("answer-conflict") == 0


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ({}, {}, ["PER", "LOC"]),  # in the order of the file
        ({"_timestamp": 5}, {"_timestamp": 6}, ["PER", "LOC"]),
        ({"_timestamp": 6}, {"_timestamp": 5}, ["PER", "CITY"]),
        ({"_timestamp": "2024-05-02T10:00:00"}, {"_timestamp": "2024-05-01T10:00:00Z"}, ["PER", "CITY"]),
        ({"_timestamp": 6}, {}, ["PER", "LOC"]),  # one does not say: in the order of the file
    ],
)
def test_the_later_row_of_an_annotator_counts(
    write: Write, first: dict[str, object], second: dict[str, object], left: list[str]
) -> None:
    corpus, log = merged(write(row(ANN, CITY, who="a", **first), row(ANN, ROME, who="a", **second)))
    assert labels(corpus) == left
    assert corpus.funnel[3].lost == {"superseded-later": 1}
    told = next(finding for finding in log if finding.kind == "superseded-later")
    assert told.row == (1 if left == ["PER", "LOC"] else 2)


def test_a_later_file_counts_and_agreement_takes_the_last_word(write: Write) -> None:
    old = write(row(ANN, CITY, who="a"), row(ANN, ROME, who="b"), name="1.jsonl")
    new = write(row(ANN, ROME, who="a"), name="2.jsonl")
    corpus, _ = merged(old, new)
    assert labels(corpus) == ["PER", "LOC"]
    found = repeated([str(old), str(new)])
    assert agreement(found, seed=0)["strict"] == 1.0


def test_a_span_taken_back_is_gone(write: Write) -> None:
    corpus, _ = merged(
        write(row(ANN, ROME, who="a"), row(ANN, who="a"), row(ANN, ROME, who="a", text="x" * 20))
    )
    assert labels(corpus) == ["PER"]


def test_a_later_rejection_takes_back_an_acceptance_and_the_other_way_round(write: Write) -> None:
    rows = [row(ANN, who="a"), row(who="a", answer="reject"), row(ANN, text="Ann Lee")]
    corpus, log = merged(write(*rows))
    assert labels(corpus) == []
    assert corpus.funnel[3].lost == {"superseded-later": 1}
    corpus, log = merged(write(*rows[1::-1], rows[2]))
    assert labels(corpus) == ["PER"]
    assert log.count("answer-conflict") == 0


def test_the_same_twice_is_a_duplicate(write: Write) -> None:
    corpus, _ = merged(write(row(ANN, who="a"), row(ANN, who="a")))
    assert corpus.funnel[3].lost == {"duplicate-text": 1}


@pytest.mark.parametrize("names", [("a.jsonl", "b.jsonl"), None])
def test_passes_for_different_labels_by_one_annotator_are_united(
    write: Write, names: tuple[str, str] | None
) -> None:
    people, places = [], []
    for number, text in enumerate(texts("Lee", "Roe", "Poe", "Coe")):
        people.append(row(*([ANN] if number != 1 else []), who="a", text=text, _timestamp=number))
        places.append(row(*([ROME] if number != 2 else []), who="a", text=text, _timestamp=9 + number))
    files = [write(*people, *places)]
    if names:
        files = [write(*people, name=names[0]), write(*places, name=names[1])]
    corpus, log = merged(*files)
    assert sum(len(document.spans) for document in [*corpus.train, *corpus.eval]) == 6
    assert log.count("superseded-later") == 0


def test_a_slip_in_a_pass_does_not_join_the_passes(write: Write) -> None:
    several = texts(*(f"Lee{number:02}" for number in range(60)))
    spot = {"start": 14, "end": 18, "label": "LOC"}
    person = {"start": 0, "end": 9, "label": "PER"}
    people = [
        row(person, *([spot] if number == 7 else []), who="a", text=text)
        for number, text in enumerate(several)
    ]
    places = [row(spot, who="a", text=text) for text in several]
    corpus, _ = merged(write(*people, *places))
    assert sum(len(document.spans) for document in [*corpus.train, *corpus.eval]) == 120


def test_a_label_given_another_name_is_a_correction(write: Write) -> None:
    several = texts("Lee", "Roe", "Poe")
    rows = [row(CITY, who="a", text=text) for text in several] + [
        row(ROME, who="a", text=text) for text in several
    ]
    corpus, _ = merged(write(*rows))
    assert [label for text in several for label in labels(corpus, text)] == ["LOC"] * 3


def test_a_second_pass_that_shares_a_label_takes_the_other_ones_not_away(write: Write) -> None:
    several = [f"Ann Lee saw Rome in May {number:02}" for number in range(30)]
    may = {"start": 20, "end": 23, "label": "DATE"}
    rows = [row(ANN, ROME, who="a", text=text) for text in several]
    rows += [row(ROME, may, who="a", text=text) for text in several]
    corpus, _ = merged(write(*rows))
    assert {label.label: label.spans for label in corpus.labels} == {"DATE": 30, "LOC": 30, "PER": 30}


def test_rows_of_nobody_known_are_united(write: Write) -> None:
    corpus, _ = merged(write(row(ANN, _timestamp=1), row(ROME, _timestamp=2)))
    assert labels(corpus) == ["PER", "LOC"]


@pytest.mark.parametrize(
    ("annotator", "session", "name"),
    [
        ("2024-05-01_10-00-00", "2024-05-01_10-00-00", ""),
        ("notes-2024-05-01_10-00-00", None, ""),
        (None, "2024-05-01 10:00:00", ""),
        ("2024-05-01_10-00-00", "notes-ann", "notes-ann"),
        ("notes-ann", "2024-05-01_10-00-00", "notes-ann"),
        ("batch-2024-05-01-ann", None, "batch-2024-05-01-ann"),
        ("2024-05-01", None, "2024-05-01"),
    ],
)
def test_a_session_named_by_its_start_is_no_annotator(
    write: Write, annotator: str | None, session: str | None, name: str
) -> None:
    file = write(row(ANN, _annotator_id=annotator, _session_id=session))
    (task,) = Loader(file, "train", Funnel(), FindingLog()).tasks()
    assert task.annotator == name


def test_reports_of_users(shared_data: Path) -> None:
    folder = shared_data / "reports"
    corpus, log = merged(folder / "13both.jsonl")
    assert {label.label: label.spans for label in corpus.labels} == {"CITY": 60, "PERSON": 120}
    found = agreement(repeated([str(folder / "13both.jsonl")]), seed=0)
    assert (found["annotators"], found["spans"]) == (["notes-a", "notes-b"], 168 + 200)
    assert found["strict"] == pytest.approx(2 * 136 / 368, abs=1e-4)
    assert agreement(repeated([str(folder / "14.jsonl")]), seed=0)["annotators"] == []
    found = agreement(repeated([str(folder / "15.jsonl")]), seed=0)
    assert (found["strict"], found["partial"]) == (0.0, 0.5)
    corpus, log = merged(folder / "21b.jsonl")
    assert {label.label: label.spans for label in corpus.labels} == {"ORG": 60, "PERSON": 120}
    assert log.count("superseded-later") == 60


def test_a_real_review(shared_data: Path) -> None:
    corpus, log = merged(shared_data / "ner/neurotrial_multi/review_versions.jsonl.gz")
    assert corpus.funnel[2].lost == {"answer-reject": 1}
    assert log.count("superseded-review") == 0
    assert repeated([str(shared_data / "ner/neurotrial_multi/review_versions.jsonl.gz")]) == {}
