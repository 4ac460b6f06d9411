"""The whole way from files to training texts: the numbers add up, whatever the files hold."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.findings import FindingLog
from flowchart.errors import UserError

Write = Callable[..., Path]


def row(text: str, *labels: str, **extra: object) -> dict[str, Any]:
    """A task whose first words have the given labels."""
    spans, at = [], 0
    for label, word in zip(labels, text.split(" "), strict=False):
        spans.append({"start": at, "end": at + len(word), "label": label})
        at += len(word) + 1
    return {"text": text, "spans": spans, "answer": "accept", **extra}


def adds_up(corpus: Corpus, log: FindingLog) -> None:
    """Assert that every row and span of each step is in the next one, or lost with a finding."""
    *chain, train, evaluation = corpus.funnel
    for before, after in pairwise(chain):
        assert before.documents - after.documents == after.lost_documents.total(), after.name
        assert before.spans - after.spans == after.lost_spans.total(), after.name
    for stage in chain:
        assert stage.documents == stage.train + stage.eval
    aligned = chain[-1]
    lost = evaluation.lost_documents.total() - evaluation.added_documents.total()
    assert train.documents + evaluation.documents == aligned.documents - lost
    lost_spans = evaluation.lost_spans.total() - evaluation.added_spans.total()
    assert train.spans + evaluation.spans == aligned.spans - lost_spans
    assert (train.documents, evaluation.documents) == (len(corpus.train), len(corpus.eval))
    assert train.spans == sum(len(document.spans) for document in corpus.train)
    assert evaluation.spans == sum(len(document.spans) for document in corpus.eval)
    assert sum(label.spans for label in corpus.labels) == train.spans + evaluation.spans
    assert sum(file.rows for file in corpus.files) == chain[0].documents
    for stage in corpus.funnel:
        for kind, count in {**stage.lost, **stage.added_documents}.items():
            assert log.count(kind) == count, kind
        for kind, count in stage.lost_spans.items():
            assert stage.lost_documents[kind] or log.count(kind) == count, kind


# arbitrary tasks, sound and broken

WORDS = st.sampled_from(["Ann", "Rome", "Köln", "saw", "  ", "💚", "New-York", "", "x\u2028y", "\ud800"])
OFFSETS = st.one_of(st.integers(-2, 14), st.sampled_from([None, "3", 2.0, True, 10**30, float("nan")]))
LABELS = st.sampled_from(["PER", "per", "LOC", "", " ", None, ["LOC"], "O", "\udc00"])
SPANS = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"start": OFFSETS, "end": OFFSETS, "label": LABELS, "text": st.sampled_from(["Ann", 3])}
    ),
    st.builds(
        lambda start, size, label: {"start": start, "end": start + size, "label": label},
        st.integers(0, 8),
        st.integers(1, 6),
        st.sampled_from(["PER", "LOC"]),
    ),
    st.sampled_from([None, 3, "span"]),
)
TASKS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.one_of(st.lists(WORDS, max_size=4).map(" ".join), st.sampled_from([None, 5, ["a"]])),
        "spans": st.one_of(st.lists(SPANS, max_size=5), st.sampled_from([None, "spans", {}])),
        "answer": st.sampled_from(["accept", "accept", "reject", "ignore", "ACCEPT", "skip", None, True]),
        "_input_hash": st.sampled_from([1, 2, "1", None, 10**40]),
        "_is_binary": st.sampled_from([True, False, False, None]),
        "_view_id": st.sampled_from(["ner_manual", "ner", "classification", 3]),
        "tokens": st.sampled_from([[], "no", [{"text": "Ann", "start": 0, "end": 3}], None]),
        "label": st.sampled_from(["SPAM", [[0, 1, "X"]]]),
        "meta": st.sampled_from([{"score": 0.5}, "meta"]),
    },
)
BROKEN = st.one_of(
    st.binary(max_size=20).map(lambda data: data.replace(b"\n", b" ")),
    st.sampled_from([b"{", b'{"text": "cut', b"[1]", b"null", b"\xef\xbb\xbf{}", b"", b"   ", b"\x00"]),
)
LINES = st.lists(st.one_of(TASKS.map(lambda task: json.dumps(task).encode()), BROKEN), max_size=12)
SOUND = [json.dumps(row(f"Ann saw Rome {number}", "PER")).encode() for number in range(3)]


HALVES = [
    b'{"text": "\\ud800"}',
    b'{"text": "Ann", "spans": [{"text": "Ann", "start": 0, "label": "\\udc00", "end": 0}]}',
]


@settings(max_examples=300)
@given(LINES, st.lists(LINES, max_size=1), st.booleans(), st.integers(0, 2))
@example(HALVES, [], False, 0)
def test_the_numbers_add_up(lines: list[bytes], held_out: list[list[bytes]], packed: bool, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        train = Path(folder, "train.jsonl")
        content = b"\n".join([SOUND[0], *lines[:6], *SOUND[1:], *lines[6:]])
        train.write_bytes(gzip.compress(content) if packed else content)
        evaluation = []
        for rest in held_out:
            evaluation.append(Path(folder, "eval.jsonl"))
            evaluation[0].write_bytes(b"\n".join([SOUND[0], *rest]))
        log = FindingLog()
        corpus = prepare([train], evaluation, findings=log, seed=seed, trainable=False)
    adds_up(corpus, log)
    written = [line for line in content.split(b"\n") if line.removeprefix(b"\xef\xbb\xbf").strip()]
    assert corpus.funnel[0].train == len(written)
    for document in [*corpus.train, *corpus.eval]:
        assert document.text.strip()
        for (_, end, _), (start, _, _) in pairwise(document.spans):
            assert end <= start
    json.dumps(corpus.to_dict(), allow_nan=False)


@settings(max_examples=300)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\x1f\x8b\x08\x00", b"[", b"\xff\xfe", b"{}\n", b'{"text":"']),
)
def test_any_bytes_are_read_or_refused(data: bytes, head: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "data.jsonl")
        file.write_bytes(head + data)
        log = FindingLog()
        refusal = ""
        try:
            adds_up(prepare([file], findings=log, trainable=False), log)
        except UserError as error:
            refusal = str(error)
    assert "\n" not in refusal
    assert len(refusal.replace(str(file), "")) < 500


# the split, the hash, what is told

MANY = [row(f"Ann saw Rome {number}", "PER" if number % 3 else "LOC") for number in range(60)]


def test_the_order_of_rows_changes_nothing(write: Write) -> None:
    one = prepare([write(*MANY, name="one.jsonl")])
    other = prepare([write(*reversed(MANY), name="other.jsonl")])
    assert one.content_hash == other.content_hash
    texts = [[document.text for document in each] for each in (one.train, one.eval, other.train, other.eval)]
    assert texts[:2] == texts[2:]
    assert len(one.eval) == 12


def test_the_content_hash_changes_with_a_span_a_text_or_a_side(write: Write) -> None:
    base = prepare([write(*MANY)]).content_hash
    assert prepare([write(*MANY[:-1], row("Ann saw Rome 59", "LOC"))]).content_hash != base
    assert prepare([write(*MANY, row("Ann left"))]).content_hash != base
    assert prepare([write(*MANY[:30])], [write(*MANY[30:], name="eval.jsonl")]).content_hash != base


def test_evaluation_files_are_kept_apart(write: Write) -> None:
    log = FindingLog()
    held_out = write(row("Eve left Oslo", "PER"), MANY[0], name="eval.jsonl")
    corpus = prepare([write(*MANY)], [held_out], findings=log)
    assert corpus.eval_source == "file"
    assert [document.source for document in corpus.eval] == [(1, 1), (1, 2)]
    shared = [finding for finding in log if finding.kind == "eval-text-in-train"]
    assert [(Path(finding.file).name, finding.row) for finding in shared] == [("eval.jsonl", 2)]
    assert {file.role: file.rows for file in corpus.files} == {"train": 60, "eval": 2}


def test_several_training_files_are_merged_by_text(write: Write) -> None:
    corpus = prepare([write(*MANY, name="one.jsonl"), write(*MANY[:10], name="two.jsonl")])
    assert corpus.funnel[3].lost == {"duplicate-text": 10}
    assert [file.rows for file in corpus.files] == [60, 10]


def test_labels_on_one_side_and_rare_ones_are_told(write: Write) -> None:
    log = FindingLog()
    train = [row(f"Ann saw {number}", "PER", "Per") for number in range(60)]
    held_out = [row(f"Eve saw {number}", "ORG", "PER") for number in range(3)]
    prepare([write(*train)], [write(*held_out, name="eval.jsonl")], findings=log)
    told = Counter((finding.kind, finding.label) for finding in log)
    assert told["label-not-in-train", "ORG"] == 1
    assert told["label-not-in-eval", "Per"] == 1
    assert log.count("label-variants") == 1
    assert log.count("few-spans") == 0
    assert log.count("labels-disjoint") == 0


def test_what_cannot_be_trained_is_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no span to learn from"):
        prepare([write(row("nothing here"), row("nor here"))])
    with pytest.raises(UserError, match=r"1 misaligned"):
        prepare([write({**row("Annabel left"), "spans": [{"start": 0, "end": 3, "label": "PER"}]}, row("a"))])
    with pytest.raises(UserError, match="no span to measure by"):
        prepare([write(*MANY)], [write(row("Nobody left"), name="eval.jsonl")])
    with pytest.raises(UserError, match="1 text, of which no evaluation set"):
        prepare([write(MANY[0])])
    with pytest.raises(UserError, match="must lie between 0 and 1"):
        prepare([write(*MANY)], eval_split=1.0)
    with pytest.raises(UserError, match="no training file"):
        prepare([])


def test_a_missing_evaluation_file_is_told_before_anything_is_read(write: Write, tmp_path: Path) -> None:
    log = FindingLog()
    with pytest.raises(UserError, match=r"none\.jsonl: no such file"):
        prepare([write(b"broken", *MANY)], [tmp_path / "none.jsonl"], findings=log)
    assert log.total == 0


def test_progress_counts_bytes_then_texts(write: Write) -> None:
    told: list[tuple[str, int, int]] = []
    train, held_out = write(*MANY), write(*MANY[:5], name="eval.jsonl")
    prepare([train], [held_out], progress=lambda *step: told.append(step))
    size = train.stat().st_size + held_out.stat().st_size
    assert told[-1] == ("align", 65, 65)
    assert ("read", size, size) in told
    assert all(done <= total for _, done, total in told)


@pytest.mark.parametrize(
    ("name", "suffix", "documents", "spans", "merged"),
    [
        ("fashion_brands", "jsonl", 1735, 765, 1735),
        ("drugs", "jsonl", 1977, 1467, 1977),
        ("wnut17", "jsonl.gz", 4403, 2811, 4297),
        ("ncbi_disease", "jsonl.gz", 6347, 5921, 6323),
    ],
)
def test_real_data(
    shared_data: Path, name: str, suffix: str, documents: int, spans: int, merged: int
) -> None:
    folder = shared_data / "ner" / name
    log = FindingLog()
    corpus = prepare([folder / f"train.{suffix}"], [folder / f"eval.{suffix}"], findings=log)
    adds_up(corpus, log)
    assert (corpus.funnel[1].documents, corpus.funnel[1].spans) == (documents, spans)
    assert corpus.funnel[3].documents == merged


def test_two_annotators(shared_data: Path) -> None:
    log = FindingLog()
    corpus = prepare([shared_data / "ner/neurotrial_multi/both_annotators.jsonl.gz"], findings=log)
    adds_up(corpus, log)
    assert corpus.funnel[0].documents == 419
    assert corpus.funnel[3].documents <= 209
    assert log.count("answer-conflict") >= 10
    assert log.count("conflicting-spans") > 150
