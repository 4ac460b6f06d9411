"""Which of the data's labels a pipeline's labels mean: what is sure, what is not, and what a person says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.errors import UserError
from flowchart.label_map import complete, parse, suggest, written

ONTONOTES = [
    "CARDINAL",
    "DATE",
    "EVENT",
    "FAC",
    "GPE",
    "LOC",
    "NORP",
    "ORG",
    "PERSON",
    "PRODUCT",
    "WORK_OF_ART",
]

LABELS = st.text(st.characters(exclude_characters=",=", exclude_categories=("Cs",)), max_size=8).map(
    str.strip
)


def sure(model: list[str], data: list[str]) -> dict[str, str]:
    return {own: meant for own, meant in suggest(model, data).items() if meant}


def test_conll_labels_are_found_in_ontonotes() -> None:
    assert sure(ONTONOTES, ["PER", "LOC", "ORG", "MISC"]) == {
        "EVENT": "MISC",
        "FAC": "LOC",
        "GPE": "LOC",
        "LOC": "LOC",
        "NORP": "MISC",
        "ORG": "ORG",
        "PERSON": "PER",
        "PRODUCT": "MISC",
        "WORK_OF_ART": "MISC",
    }


def test_wnut17_labels_are_found_in_ontonotes_but_for_parts_of_org() -> None:
    data = ["person", "location", "corporation", "group", "product", "creative-work"]
    assert sure(ONTONOTES, data) == {
        "FAC": "location",
        "GPE": "location",
        "LOC": "location",
        "PERSON": "person",
        "PRODUCT": "product",
        "WORK_OF_ART": "creative-work",
    }


def test_a_label_that_is_narrower_than_the_pipelines_is_a_new_one() -> None:
    assert sure(["ORG", "DATE"], ["COMPANY", "MONTH"]) == {}


def test_parts_of_a_pipelines_org_are_an_org() -> None:
    assert sure(["corporation", "group", "person"], ["ORG", "PER"]) == {
        "corporation": "ORG",
        "group": "ORG",
        "person": "PER",
    }


def test_a_loc_beside_gpe_is_ontonotes_own() -> None:
    assert sure(["FAC", "GPE", "LOC"], ["GPE", "LOC"]) == {"GPE": "GPE", "LOC": "LOC"}


@pytest.mark.parametrize(
    ("own", "data"),
    [
        ("Creative-Work", "creative_work"),
        ("org", "ORG"),
        ("Work of art", "WORK_OF_ART"),
        ("人名", "人名"),
        ("+", "+"),
    ],
)
def test_case_and_punctuation_do_not_matter(own: str, data: str) -> None:
    assert suggest([own], [data]) == {own: data}


def test_the_very_label_comes_before_one_like_it() -> None:
    assert suggest(["loc", "LOC"], ["LOC", "loc"]) == {"loc": "loc", "LOC": "LOC"}


def test_labels_of_punctuation_alone_are_not_the_same() -> None:
    assert suggest(["+"], ["-"]) == {"+": ""}


def test_what_a_person_says_comes_first() -> None:
    own = {"PERSON": "", "ORG": "group", "NOT_THERE": "person"}
    assert complete(["PERSON", "ORG", "GPE"], ["person", "group"], own) == {
        "PERSON": "",
        "ORG": "group",
        "GPE": "",
    }


def test_a_mapping_is_read() -> None:
    assert parse(" PERSON = PER, GPE=LOC,DATE= ,") == {"PERSON": "PER", "GPE": "LOC", "DATE": ""}
    assert parse("") == {}


@pytest.mark.parametrize("text", ["PERSON", "=PER", "A=B=C", "A=B,=", "A=B,A=C", "\x1b[31m"])
def test_nonsense_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UserError) as refused:
        parse(text)
    assert "nothing was mapped" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


@given(st.dictionaries(LABELS.filter(bool), LABELS))
def test_what_is_written_is_read_again(mapping: dict[str, str]) -> None:
    assert parse(written(mapping)) == mapping


@pytest.mark.parametrize("label", ["A,B", "A=B", " A", ""])
def test_labels_that_cannot_be_written_are_refused(label: str) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        written({label: "X"})


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        mapping = parse(text)
    except UserError:
        return
    assert all(own and own == own.strip() and "=" not in own + meant for own, meant in mapping.items())


@given(st.lists(LABELS, max_size=6), st.lists(LABELS, max_size=6))
def test_suggestions_are_labels_of_the_data(own: list[str], data: list[str]) -> None:
    found = suggest(own, data)
    assert set(found) == set(own)
    assert set(found.values()) <= {*data, ""}
    assert all(found[label] == label for label in own if label in data)
