"""Patterns made of training spans: forms and shapes that are right often enough, the most useful first."""

from __future__ import annotations

from collections.abc import Sequence

import spacy
from spacy.tokens import Doc

from flowchart.measures.mining import mine

NLP = spacy.blank("en")


def doc(text: str, *spans: tuple[str, str]) -> Doc:
    made = NLP.make_doc(text)
    made.ents = [
        made.char_span(text.index(part), text.index(part) + len(part), label) for part, label in spans
    ]
    return made


def mined(docs: Sequence[Doc]) -> list[tuple[str, object]]:
    return [(pattern.label, pattern.pattern) for pattern in mine(docs, NLP)]


def test_forms_are_lower_case_and_the_most_useful_come_first() -> None:
    docs = [doc("Heroin and meth", ("Heroin", "DRUG")), doc("no heroin", ("heroin", "DRUG"))]
    docs.append(doc("crack cocaine", ("crack cocaine", "DRUG")))
    assert mined(docs) == [
        ("DRUG", [{"LOWER": "heroin"}]),
        ("DRUG", [{"LOWER": "crack"}, {"LOWER": "cocaine"}]),
    ]


def test_a_form_that_mostly_means_something_else_is_no_pattern() -> None:
    docs = [doc("I like speed", ("speed", "DRUG")), doc("the speed of it"), doc("at speed")]
    assert mined(docs) == []
    assert mined(docs[:2]) == [("DRUG", [{"LOWER": "speed"}])], "half of them right is enough"


def test_of_two_labels_the_more_frequent_is_given() -> None:
    docs = [doc("Paris", ("Paris", label)) for label in ("PERSON", "CITY", "CITY")]
    assert mined(docs) == [("CITY", [{"LOWER": "paris"}])]


def test_a_form_inside_a_longer_known_one_gives_way_to_it() -> None:
    docs = [doc("cancer", ("cancer", "D"))] + [doc("lung cancer", ("lung cancer", "D"))] * 3
    assert ("D", [{"LOWER": "cancer"}]) in mined(docs)
    once = [doc("cancer", ("cancer", "D"))] + [
        doc(f"{organ} cancer", (f"{organ} cancer", "D")) for organ in ("lung", "skin")
    ]
    assert ("D", [{"LOWER": "cancer"}]) not in mined(once), (
        "other texts would have no pattern for the longer one"
    )


def test_a_shape_is_a_pattern_when_it_is_frequent_of_many_forms_and_right() -> None:
    dates = [doc(f"on {day}.11.2020 it", (f"{day}.11.2020", "DATE")) for day in range(10, 30)]
    shape = ("DATE", [{"SHAPE": "dd.dd.dddd"}])
    assert mined(dates)[0] == shape
    assert shape not in mined(dates[:5])
    assert shape not in mined(dates[:1] * 20), "one form only"
    others = [doc(f"part {day}.12.2021 of it") for day in range(10, 30)]
    assert shape not in mined(dates + others)


def test_nothing_is_made_of_nothing() -> None:
    assert mined([]) == []
    assert mined([doc("no span here")]) == []
