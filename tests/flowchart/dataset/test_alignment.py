"""Spans against tokens: what is kept, what is found, and the hints."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.util import filter_spans

from flowchart.dataset.alignment import Aligner
from flowchart.dataset.findings import Finding, FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.groups import Group
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError

TOKENIZER = Tokenizer.of("en")

Spans = tuple[tuple[int, int, str], ...]


def align(text: str, *spans: tuple[int, int, str]) -> tuple[Spans, list[Finding], Funnel]:
    log, funnel = FindingLog(), Funnel()
    kept = (
        Aligner(TOKENIZER, ["data.jsonl"], funnel, log).align(text, Group((0, 7), tuple(sorted(spans)))).spans
    )
    return kept, list(log), funnel


def test_a_span_on_token_boundaries_stays() -> None:
    kept, found, _ = align("Ann saw Rome.", (8, 12, "LOC"))
    assert kept == ((8, 12, "LOC"),)
    assert not found


def test_a_misaligned_span_names_the_nearest_tokens() -> None:
    kept, (finding,), funnel = align("in New Yorkshire today", (3, 11, "LOC"))
    assert kept == ()
    assert (finding.kind, finding.row, finding.label) == ("misaligned", 7, "LOC")
    assert "3:16 'New Yorkshire'" in finding.message
    assert "3:6 'New'" in finding.message
    assert finding.excerpt[slice(*finding.span or ())] == "New York"
    assert funnel["aligned"].lost_spans == {"misaligned": 1}


@pytest.mark.parametrize("span", [(3, 8), (2, 7), (2, 8), (7, 8)])
def test_white_space_at_an_edge(span: tuple[int, int]) -> None:
    kept, (finding,), _ = align("in Rome  now", (*span, "LOC"))
    assert kept == ()
    assert finding.kind == "whitespace-edge"
    assert "3:7 'Rome'" in finding.message or "nothing else" in finding.message


def test_the_longest_of_overlapping_spans_stays() -> None:
    kept, found, _ = align(
        "the New York Times here", (4, 12, "LOC"), (4, 18, "ORG"), (13, 18, "X"), (19, 23, "Y")
    )
    assert kept == ((4, 18, "ORG"), (19, 23, "Y"))
    assert [finding.kind for finding in found] == ["overlapping", "overlapping"]
    assert "overlaps the span 4:18 'New York Times' ('ORG')" in found[0].message


TEXT = " ".join(f"word{number}" for number in range(16))
DOC = spacy.blank("en")(TEXT)
LOG, FUNNEL = FindingLog(), Funnel()
ALIGNER = Aligner(TOKENIZER, ["data.jsonl"], FUNNEL, LOG)


@settings(max_examples=200)
@given(st.sets(st.tuples(st.integers(0, 9), st.integers(1, 6)), max_size=12))
def test_overlaps_are_solved_as_spacy_does(pairs: set[tuple[int, int]]) -> None:
    spans = [DOC[first : first + size] for first, size in sorted(pairs)]
    as_tuples = tuple((span.start_char, span.end_char, "A") for span in spans)
    before = LOG.total
    kept = ALIGNER.align(TEXT, Group((0, 1), as_tuples)).spans
    assert kept == tuple((span.start_char, span.end_char, "A") for span in filter_spans(spans))
    assert len(kept) + LOG.total - before == len(spans)


def test_a_language_spacy_does_not_have() -> None:
    with pytest.raises(UserError, match="language 'klingon'") as caught:
        Tokenizer.of("klingon")
    assert "\n" not in str(caught.value)


def test_texts_without_spans_are_not_tokenised() -> None:
    aligner = Aligner(TOKENIZER, ["data.jsonl"], Funnel(), FindingLog())
    assert aligner.align("a b c", Group((0, 1), ())).spans == ()
    assert (aligner.texts, aligner.tokens) == (0, 0)
    aligner.align("a b c", Group((0, 1), ((0, 1, "A"),)))
    assert (aligner.texts, aligner.tokens, aligner.longest) == (1, 3, 3)
