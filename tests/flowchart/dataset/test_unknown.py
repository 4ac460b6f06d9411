"""What an annotation says and cannot be used is unknown: in the data, in spaCy's files, in saved sets."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import DocBin
from spacy.training import offsets_to_biluo_tags

from flowchart.dataset.alignment import Aligner
from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.document import Document, documents_hash, unknown_places
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.groups import Group
from flowchart.dataset.tokens import Tokenizer
from flowchart.training.corpora import Corpora
from tests.flowchart.dataset.test_corpus import adds_up, row

Write = Callable[..., Path]

EVAL = row("Zoe left", "PER")


def span(start: object, end: object, label: object = "PER") -> dict[str, object]:
    return {"start": start, "end": end, "label": label}


def task(text: str, *spans: object) -> dict[str, object]:
    return {"text": text, "spans": list(spans), "answer": "accept"}


def loaded(write: Write, *rows: object, **options: object) -> Corpus:
    log = FindingLog()
    corpus = prepare([write(*rows)], [write(EVAL, name="eval.jsonl")], findings=log, **options)  # type: ignore[arg-type]
    adds_up(corpus, log)
    return corpus


def iob(corpus: Corpus) -> list[str]:
    """Return the tokens of the first training text: - unknown, O, B, I."""
    doc = Tokenizer.of("en").gold(corpus.train[0])
    return [f"{token.text}{'-IOB'[token.ent_iob]}" for token in doc]


@pytest.mark.parametrize(
    ("text", "spans", "tokens"),
    [
        ("Ann saw Bob Lee now", [span(8, 16)], "AnnO sawO Bob- Lee- nowO"),  # a space behind it
        ("Ann saw Bob Lee now", [span(7, 15)], "AnnO sawO Bob- Lee- nowO"),  # and before it
        ("Ann saw Bob Lee now", [span(9, 13)], "AnnO sawO Bob- Lee- nowO"),  # off the tokens
        ("Ann saw Bob Lee now", [span(8, 15, "")], "AnnO sawO Bob- Lee- nowO"),  # without a label
        ("Ann saw Bob Lee now", [span(8, 15, 7)], "AnnO sawO Bob- Lee- nowO"),  # which is no string
        ("Ann saw Bob Lee now", [{"start": 8, "end": 15}], "AnnO sawO Bob- Lee- nowO"),
        ("Ann saw Bob Lee now", [span(16, 25)], "AnnO sawO BobO LeeO now-"),  # partly outside
        ("Ann saw Bob Lee now", [span(-3, 3)], "Ann- sawO BobO LeeO nowO"),
        ("Ann saw Bob Lee now", [span(90, 99)], "AnnO sawO BobO LeeO nowO"),  # nowhere in it
        ("Ann saw Bob Lee now", [span("8", 15)], "AnnO sawO BobO LeeO nowO"),  # nobody knows where
        ("Ann saw Bob Lee now", [span(8, 15), span(12, 19)], "AnnO sawO BobB LeeI now-"),  # overlapping
        ("Ann saw Bob Lee now", [span(8, 15), span(8, 15, "ORG")], "AnnO sawO BobB LeeI nowO"),
        ("Ann saw Bob Lee now", [span(8, 15), span(8, 16)], "AnnO sawO BobB LeeI nowO"),
    ],
)
def test_the_tokens_of_a_span_left_out_are_unknown(
    write: Write, text: str, spans: list[object], tokens: str
) -> None:
    corpus = loaded(write, task(text, *spans), EVAL)
    assert " ".join(iob(corpus)) == tokens


@given(
    st.lists(st.tuples(st.integers(0, 28), st.integers(1, 9), st.sampled_from("AB")), max_size=6),
    st.integers(0, 3),
)
def test_what_is_unknown_is_what_spacy_does_not_know(pairs: list[tuple[int, int, str]], gap: int) -> None:
    """Held against spaCy's own reading of offsets, which takes no overlaps."""
    text = "Ann saw Bob Lee, his U.S. bank  today ok."
    nlp = spacy.blank("en")
    entities, at = [], 0
    for start, size, label in sorted(pairs):
        if start >= at:
            at = min(start + size, len(text)) + gap
            entities.append((start, min(start + size, len(text)), label))

    aligner = Aligner(Tokenizer(nlp, "en"), ["x"], Funnel(), FindingLog())
    document = aligner.align(text, Group((0, 1), tuple(sorted(entities))))
    doc = Tokenizer(nlp, "en").gold(document)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it says of spans off the tokens
        theirs = offsets_to_biluo_tags(nlp.make_doc(text), entities)
    for token, tag in zip(doc, theirs, strict=True):
        if token.is_space:
            continue  # white space is never part of a name: what a span has of it at its edge is not lost
        assert (token.ent_iob == 0) == (tag == "-"), (token.text, tag)


@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(1, 6)), max_size=6),
    st.sets(st.integers(0, 9), max_size=4),
)
def test_unknown_places_are_apart(ranges: list[tuple[int, int]], words: set[int]) -> None:
    text = "a b c d e f g h i j "
    spans = [(2 * word, 2 * word + 1, "X") for word in sorted(words)]
    given_ranges = [(start, min(start + size, len(text))) for start, size in ranges]
    found = unknown_places(text, given_ranges, spans)
    covered = {at for start, end in given_ranges for at in range(start, end)}
    known = {at for start, end, _ in spans for at in range(start, end)}
    letters = {at for at in covered - known if not text[at].isspace()}
    assert {at for start, end in found for at in range(start, end) if not text[at].isspace()} == letters
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


def test_what_is_unknown_is_still_so_in_the_file_of_a_training(write: Write, tmp_path: Path) -> None:
    corpus = loaded(write, task("Ann saw Bob Lee now", span(0, 3), span(8, 16)), EVAL)
    file = tmp_path / "train.spacy"
    Corpora(Tokenizer.of("en")).write(corpus.train, file)
    doc, *_ = DocBin().from_disk(file).get_docs(spacy.blank("en").vocab)
    assert [token.ent_iob for token in doc] == [3, 2, 0, 0, 2]
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Ann", "PER")]


def test_hashes_change_only_where_something_is_unknown() -> None:
    known = Document("Ann saw Bob", ((0, 3, "PER"),), (0, 1))
    lost = Document("Ann saw Bob", ((0, 3, "PER"),), (0, 1), ((8, 11),))
    assert documents_hash([known]) == "e293903d56993d129177a1973feb8e96f87229a4c80561141a91206145593b7f"
    assert documents_hash([lost]) != documents_hash([known])


MANY = [task(f"Ann saw Bob Lee {number}", span(0, 3), span(8, 16)) for number in range(20)]


def test_a_saved_set_keeps_what_is_unknown(write: Write, tmp_path: Path) -> None:
    file, folder = write(*MANY), tmp_path / "sets"
    first, again = (prepare([file], eval_sets=folder) for _ in range(2))
    assert (first.eval_source, again.eval_source) == ("split", "saved")
    assert all(document.unknown == ((8, 15),) for document in again.eval)
    assert first.eval_hash == again.eval_hash
    (saved,) = folder.glob("*.jsonl")
    assert all(json.loads(line)["_unknown"] == [[8, 15]] for line in saved.read_text().splitlines())


def test_a_set_saved_before_reads_as_it_did_and_is_told(write: Write, tmp_path: Path) -> None:
    file, folder = write(*MANY), tmp_path / "sets"
    first = prepare([file], eval_sets=folder)
    (saved,) = folder.glob("*.jsonl")
    rows = [json.loads(line) for line in saved.read_text().splitlines()]
    for each in rows:
        del each["_unknown"]
    saved.write_text("".join(json.dumps(each) + "\n" for each in rows))
    saved.with_suffix(".json").unlink()
    log = FindingLog()
    again = prepare([file], eval_sets=folder, findings=log)
    assert [document.spans for document in again.eval] == [document.spans for document in first.eval]
    assert not any(document.unknown for document in again.eval)
    (finding,) = (each for each in log if each.kind == "eval-set-older")
    assert f"{len(rows)} texts of the saved set" in finding.message
    assert again.eval_hash == documents_hash(
        [Document(each.text, each.spans, each.source) for each in first.eval]
    )


def test_fixing_takes_a_span_without_the_white_space_at_its_edge(write: Write) -> None:
    rows = [*MANY, task("in Rome and Oslo", span(2, 8, "LOC"), span(11, 12), span(10, 16, "LOC"))]
    log = FindingLog()
    options = {"eval": [write(EVAL, name="eval.jsonl")], "findings": log}
    asis = prepare([write(*rows)], **options)  # type: ignore[arg-type]
    step = next(stage for stage in asis.funnel if stage.name == "aligned")
    assert step.lost_spans == {"whitespace-edge": 22, "misaligned": 1}
    assert step.to_dict()["mendable_spans"] == {"whitespace-edge": 21}
    log = FindingLog()
    fixed = prepare([write(*rows)], **{**options, "findings": log}, fix=True)  # type: ignore[arg-type]
    adds_up(fixed, log)
    step = next(stage for stage in fixed.funnel if stage.name == "aligned")
    assert step.spans == 20 + 1 + 21
    assert step.mended_spans == {"whitespace-mended": 21}
    assert step.to_dict()["mendable_spans"] == {}
    assert log.count("whitespace-mended") == 21
    assert fixed.train[0].spans == ((0, 3, "PER"), (8, 15, "PER"))
    assert fixed.train[0].unknown == ()
    finding = next(each for each in log if each.kind == "whitespace-mended")
    assert finding.done == "took it without: 8:15 'Bob Lee'"


def test_a_mended_span_that_is_there_already_is_lost(write: Write) -> None:
    corpus = loaded(write, task("Ann saw Bob now", span(8, 11), span(8, 12)), EVAL, fix=True)
    assert corpus.train[0].spans == ((8, 11, "PER"),)
    aligned = next(stage for stage in corpus.funnel if stage.name == "aligned")
    assert (aligned.lost_spans, aligned.mended_spans) == ({"whitespace-edge": 1}, {})


def test_fixing_has_a_saved_set_of_its_own(write: Write, tmp_path: Path) -> None:
    file, folder = write(*MANY), tmp_path / "sets"
    sets = [prepare([file], eval_sets=folder, fix=fix) for fix in (False, True, False, True)]
    assert [each.eval_source for each in sets] == ["split", "split", "saved", "saved"]
    assert [sum(len(document.spans) for document in each.eval) for each in sets] == [4, 8, 4, 8]
