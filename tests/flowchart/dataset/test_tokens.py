"""Texts cut by the rows' own tokens, where they are asked for; elsewhere, whether these fit better."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.task import Token
from flowchart.dataset.tokens import Tokenizer, covering, cut
from tests.flowchart.dataset.test_corpus import adds_up, row

Write = Callable[..., Path]

NLP = spacy.blank("en")
ROWS = Tokenizer.of("en", rows=True)
EVAL = {
    **row("Zoe left", "PER"),
    "tokens": [{"text": "Zoe", "start": 0, "end": 3}, {"text": "left", "start": 4, "end": 8}],
}


def doses(count: int, *, tokens: bool = True) -> list[dict[str, object]]:
    """Texts whose spans cut a number from its unit, as spaCy's tokenizer does not, and the tokens do."""
    made = []
    for number in range(count):
        text = f"took 7ng of {number}"
        words = [(0, 4), (5, 6), (6, 8), (9, 11), (12, len(text))]
        task: dict[str, object] = {
            "text": text,
            "spans": [{"start": 6, "end": 8, "label": "UNIT"}],
            "answer": "accept",
        }
        if tokens:
            task["tokens"] = [
                {"text": text[start:end], "start": start, "end": end, "id": place}
                for place, (start, end) in enumerate(words)
            ]
        made.append(task)
    return made


def loaded(write: Write, *rows: object, tokenizer: Tokenizer | None = None) -> tuple[Corpus, FindingLog]:
    log = FindingLog()
    files = [write(*rows)], [write(EVAL, name="eval.jsonl")]
    corpus = prepare(*files, findings=log, trainable=False, tokenizer=tokenizer)
    adds_up(corpus, log)
    return corpus, log


@given(st.text("ab \n\t", max_size=14), st.data())
def test_a_text_cut_is_the_same_text(text: str, data: st.DataObject) -> None:
    edges = data.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
    tokens = [Token(text[start:end], start, end) for start, end in pairwise(edges)]
    ranges = covering(text, tokens)
    if ranges is not None:
        doc = cut(NLP.vocab, text, ranges)
        assert doc.text == text
        assert {(token.idx, token.idx + len(token)) for token in doc} >= set(ranges)


@given(st.text("ab. \n\t'", min_size=1, max_size=30))
def test_spacys_own_tokens_are_cut_as_spacy_has_them(text: str) -> None:
    theirs = NLP.make_doc(text)
    ranges = covering(text, [Token(token.text, token.idx, token.idx + len(token)) for token in theirs])
    assert ranges is not None
    ours = cut(NLP.vocab, text, ranges)
    assert [(token.text, token.whitespace_) for token in ours] == [
        (token.text, token.whitespace_) for token in theirs
    ]


@pytest.mark.parametrize(
    "places", [[(0, 3)], [(4, 7)], [(0, 3), (2, 7)], [(0, 9)], [(3, 0)], [(4, 7), (0, 3)], [(0, 0)], []]
)
def test_tokens_that_leave_something_out_cannot_be_used(places: list[tuple[int, int]]) -> None:
    assert covering("Ann saw", [Token("x", start, end) for start, end in places]) is None


def test_that_the_rows_own_tokens_fit_is_said(write: Write) -> None:
    corpus, log = loaded(write, *doses(6))
    assert not any(document.spans for document in corpus.train)
    (finding,) = (each for each in log if each.kind == "rows-tokens-fit")
    assert finding.message == (
        "6 of the 6 misaligned spans fit the rows' own tokens: --tokens rows keeps them"
    )
    _, log = loaded(write, *doses(6, tokens=False))
    assert log.count("rows-tokens-fit") == 0
    _, log = loaded(write, *doses(6), *doses(9, tokens=False)[6:])
    (finding,) = (each for each in log if each.kind == "rows-tokens-fit")
    assert finding.message.startswith("6 of the 9 misaligned spans fit")


def test_that_they_fit_fewer_is_not_said(write: Write) -> None:
    whole = {"text": "Ann saw", "start": 0, "end": 7, "id": 0}
    spoilt = [
        {**row(f"Ann saw {n}", "PER"), "tokens": [whole, {"text": str(n), "start": 8, "end": 9}]}
        for n in range(9)
    ]
    _, log = loaded(write, *doses(6), *spoilt)
    assert log.count("rows-tokens-fit") == 0


def test_the_rows_own_tokens_are_used_when_asked_for(write: Write) -> None:
    corpus, log = loaded(write, *doses(6), tokenizer=ROWS)
    assert all(document.spans == ((6, 8, "UNIT"),) for document in corpus.train)
    assert [token.text for token in ROWS.gold(corpus.train[0])] == ["took", "7", "ng", "of", "0"]
    assert not {"misaligned", "rows-tokens-fit", "tokens-unusable"} & log.kinds.keys()


def test_rows_without_usable_tokens_are_cut_by_the_tokenizer(write: Write) -> None:
    cut_short = {**doses(1)[0], "text": "took 7ng of it now"}
    corpus, log = loaded(write, *doses(2), cut_short, *doses(9, tokens=False)[2:], tokenizer=ROWS)
    assert sum(bool(document.spans) for document in corpus.train) == 2
    (finding,) = (each for each in log if each.kind == "tokens-unusable")
    assert (finding.row, finding.message) == (
        3,
        "the row's tokens do not cover its text (and so on, 8 rows)",
    )


def test_a_set_saved_with_the_rows_own_tokens_is_read_with_them(write: Write, tmp_path: Path) -> None:
    file, folder = write(*doses(20)), tmp_path / "sets"
    first, again = (prepare([file], eval_sets=folder, tokenizer=ROWS) for _ in range(2))
    assert (first.eval_source, again.eval_source) == ("split", "saved")
    assert [each.tokens for each in again.eval] == [each.tokens for each in first.eval]
    assert all(each.tokens for each in again.eval)
    assert first.eval_hash == again.eval_hash


def test_word_pieces_are_tokens_of_their_text(write: Write) -> None:
    text = "Jo Stone"
    pieces = [("[CLS]", 0, 0), ("jo", 0, 2), ("sto", 3, 6), ("##ne", 6, 8), ("[SEP]", 0, 0)]
    tokens = [{"text": piece, "start": start, "end": end} for piece, start, end in pieces]
    rows = [{**row(f"{text}", "PER"), "tokens": tokens, "meta": {"n": n}} for n in range(3)]
    _, log = loaded(write, *rows)
    assert log.count("tokens-disagree") == 0


def test_tokens_of_other_texts_are_told_once_for_many_rows(write: Write) -> None:
    rows = [{**row(f"Ann {n}", "PER"), "tokens": [{"text": "Bob", "start": 0, "end": 3}]} for n in range(30)]
    _, log = loaded(write, *rows)
    (finding,) = (each for each in log if each.kind == "tokens-disagree")
    assert finding.row == 1
    assert finding.message.endswith("(and so on, 30 rows)")


def test_a_report_with_its_own_tokenizer(shared_data: Path) -> None:
    file = shared_data / "reports/04.jsonl"
    if not file.exists():
        pytest.skip("this report is not here")
    log = FindingLog()
    prepare([file], findings=log)
    (finding,) = (each for each in log if each.kind == "rows-tokens-fit")
    assert finding.message.startswith("43 of the 43 misaligned spans fit the rows' own tokens")
    log = FindingLog()
    corpus = prepare([file], tokenizer=ROWS, findings=log)
    assert log.count("misaligned") == 0
    assert [sum(len(each.spans) for each in side) for side in (corpus.train, corpus.eval)] == [96, 24]


def test_a_report_with_word_pieces(shared_data: Path) -> None:
    file = shared_data / "reports/22.jsonl"
    if not file.exists():
        pytest.skip("this report is not here")
    log = FindingLog()
    corpus = prepare([file], findings=log)
    assert (len(corpus.train) + len(corpus.eval), sum(label.spans for label in corpus.labels)) == (60, 180)
    assert log.total <= 1
