"""Grouped texts: split as whole groups, and told where a group stands on both sides."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowchart.dataset.corpus import Corpus, FindingLog, prepare
from flowchart.dataset.document import Document
from flowchart.dataset.grouped import group_order, split_groups
from flowchart.errors import UserError
from tests.flowchart.dataset.conftest import Write

Rows = list[dict[str, Any]]


def letters(count: int = 12, sentences: int = 10, seed: int = 0, **more: Any) -> Rows:
    """Sentences of letters, each letter with people of its own, in any order."""
    rows: Rows = []
    for letter in range(count):
        for place in range(sentences):
            name = f"Ann{letter}"
            text = f"{name} wrote sentence {place} of letter {letter} to the firm."
            rows.append(
                {
                    "text": text,
                    "spans": [{"start": 0, "end": len(name), "label": "PERSON" if place % 2 else "WRITER"}],
                    "meta": {"id": f"{letter}-{place}", "order": place, "document_id": f"l{letter}", **more},
                    "answer": "accept",
                }
            )
    random.Random(seed).shuffle(rows)
    return rows


def sides(corpus: Corpus) -> tuple[set[str], set[str]]:
    """The letters of either side."""
    train, held_out = ({each.text.split()[0] for each in side} for side in (corpus.train, corpus.eval))
    return train, held_out


def test_without_grouping_it_is_told_that_letters_stand_on_both_sides(write: Write) -> None:
    log = FindingLog()
    corpus = prepare([write(*letters())], findings=log)
    count = len({each.text.split()[0] for each in corpus.eval})  # letters with an evaluation text
    assert count > 8
    assert corpus.leakage.to_dict()["origins"] == [
        {"key": "meta.document_id", "shared": count, "values": count, "texts": 24}
    ]
    (finding,) = [each for each in log if each.kind == "group-on-both-sides"]
    assert f"{count} of {count} values of meta.document_id" in finding.message
    assert "24 of 24 evaluation texts" in finding.message
    assert "--group-by meta.document_id" in finding.done


def test_with_grouping_each_letter_is_on_one_side(write: Write) -> None:
    log = FindingLog()
    corpus = prepare([write(*letters())], findings=log, group_by="meta.document_id")
    train, held_out = sides(corpus)
    assert not train & held_out
    assert (len(train), len(held_out), len(corpus.eval)) == (10, 2, 20)
    assert {label for each in corpus.eval for *_, label in each.spans} == {"PERSON", "WRITER"}
    assert "origins" not in corpus.leakage.to_dict()
    assert len(corpus.train_groups) == len(corpus.train)
    assert [finding.kind for finding in log if finding.kind.startswith("group")] == []


def test_the_split_is_the_same_whatever_the_order_of_rows_and_another_with_another_seed(
    write: Write,
) -> None:
    def texts(seed: int, order: int) -> list[str]:
        file = write(*letters(seed=order))
        return [each.text for each in prepare([file], group_by="meta.document_id", seed=seed).eval]

    assert texts(0, 1) == texts(0, 2)
    assert len({frozenset(texts(seed, 1)) for seed in range(4)}) > 1


def test_any_key_of_the_rows_groups(write: Write) -> None:
    rows = letters()
    for row in rows:
        row["from"] = {"letter": int(row["meta"]["document_id"][1:])}
    train, held_out = sides(prepare([write(*rows)], group_by="from.letter"))
    assert held_out
    assert not train & held_out


def test_texts_without_the_key_stand_alone_and_are_told(write: Write) -> None:
    rows = letters()
    for row in rows[:7]:
        del row["meta"]["document_id"]
    log = FindingLog()
    corpus = prepare([write(*rows)], findings=log, group_by="meta.document_id")
    assert log.count("group-missing") == 7
    assert corpus.train_groups.count("") + sum(1 for _ in corpus.eval) >= 7
    assert len(corpus.train) + len(corpus.eval) == len(rows)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("meta.doc", "no text has 'meta.doc' to be grouped by; its rows have meta.id, meta.order, meta.doc"),
        ("meta.same", "all texts have one value of 'meta.same'"),
        ("meta", "no text has 'meta'"),
    ],
)
def test_a_key_that_tells_nothing_apart_is_refused(write: Write, key: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        prepare([write(*letters(same="x"))], group_by=key)


@pytest.mark.parametrize("key", ["document_id", "docId", "url", "source_file"])
def test_a_key_of_the_rows_themselves_is_told_by_its_name(write: Write, key: str) -> None:
    rows = [{"number": 1, **{name: row[name] for name in row if name != "meta"}} for row in letters()]
    file = write(*({**row, key: row["text"].split()[0]} for row in rows))
    ((found,), held_out) = prepare([file]).leakage.origins, prepare([file]).eval
    assert (found.key, found.shared, found.texts) == (key, found.values, len(held_out))
    assert prepare([file], group_by=key).leakage.origins == ()
    # Rows that repeat nothing, or what is no origin, tell of none
    for name, value in ((key, "text"), ("number", ""), ("user_input", ""), ("_document_id", "")):
        other = [{**row, name: row["text"] if value else row["text"].split()[0]} for row in rows]
        assert prepare([write(*other)]).leakage.origins == ()


def test_evaluation_files_are_told_as_well(write: Write) -> None:
    rows = letters()
    train, held_out = write(*rows[:90], name="train.jsonl"), write(*rows[90:], name="eval.jsonl")
    (found,) = prepare([train], [held_out]).leakage.origins
    assert (found.key, found.texts) == ("meta.document_id", 30)
    assert found.shared == found.values == len({row["meta"]["document_id"] for row in rows[90:]})


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("source", ["wiki"], False),  # one for all
        ("source", ["wiki", "news", "blog"], False),  # a category
        ("source", [f"site{n}" for n in range(10)], True),
        ("sourceUrl", list(range(10)), True),
        ("sentence", list(range(10)), False),  # a number in a document
        ("sentence", [f"s{n}" for n in range(10)], False),  # and never beside another one
        ("source", [f"site{n}" for n in range(120)], False),  # never repeats
        ("source", ["wiki"] * 7 + [f"site{n}" for n in range(5)], False),  # most texts are of one
    ],
)
def test_which_keys_say_where_a_text_is_from(write: Write, name: str, values: list[Any], told: bool) -> None:
    rows = letters()
    for number, row in enumerate(rows):
        row["meta"] = {name: values[number % len(values)]}
    found = prepare([write(*rows)]).leakage.origins
    assert [each.key for each in found] == [f"meta.{name}"] * told


def test_rows_that_stand_together_are_of_one_origin_whatever_the_key_is_called(write: Write) -> None:
    rows = sorted(letters(), key=lambda row: row["meta"]["document_id"])
    for row in rows:
        row["meta"] = {"x": row["meta"]["document_id"]}
    assert [each.key for each in prepare([write(*rows)]).leakage.origins] == ["meta.x"]


def test_the_saved_set_of_a_grouping_has_a_name_of_its_own(write: Write, tmp_path: Path) -> None:
    file, folder = write(*letters()), tmp_path / "sets"
    plain = prepare([file], eval_sets=folder)
    grouped = prepare([file], eval_sets=folder, group_by="meta.document_id")
    again = prepare([file], eval_sets=folder, group_by="meta.document_id")
    assert plain.eval_file != grouped.eval_file == again.eval_file
    assert (grouped.eval_source, again.eval_source) == ("split", "saved")
    assert grouped.eval_hash == again.eval_hash
    facts = [json.loads(Path(each.eval_file).with_suffix(".json").read_bytes()) for each in (plain, grouped)]
    assert ("group_by" in facts[0], facts[1]["group_by"]) == (False, "meta.document_id")


def test_rows_that_come_later_of_a_value_in_the_saved_set_are_told(write: Write, tmp_path: Path) -> None:
    rows, folder = letters(), tmp_path / "sets"
    first = prepare([write(*rows)], eval_sets=folder, group_by="meta.document_id")
    assert first.leakage.origins == ()
    new = [{**row, "text": f"{row['text']} P.S."} for row in letters()]
    (found,) = prepare([write(*rows, *new)], eval_sets=folder, group_by="meta.document_id").leakage.origins
    assert (found.shared, found.texts) == (2, 20)


def test_a_groups_example_of_the_reports(shared_data: Path) -> None:
    file = shared_data / "reports" / "17.jsonl"
    (found,) = prepare([file]).leakage.origins
    assert (found.key, found.shared, found.values) == ("meta.document_id", 18, 18)
    assert prepare([file], group_by="meta.document_id").leakage.origins == ()


# -- the order and the split ---------------------------------------------------------------------------

_GROUPS = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c", "d"]), st.sampled_from(["", "X", "Y"])), min_size=2
)


def made(drawn: list[tuple[str, str]]) -> tuple[list[Document], list[str]]:
    texts = [
        Document(f"text {number}", ((0, 1, label),) if label else (), (0, number))
        for number, (_, label) in enumerate(drawn)
    ]
    return texts, [group for group, _ in drawn]


@settings(max_examples=150)
@given(_GROUPS, st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.integers(0, 3))
def test_no_group_is_parted_and_nothing_is_lost(
    drawn: list[tuple[str, str]], share: float, seed: int
) -> None:
    texts, groups = made(drawn)
    of = dict(zip((each.text for each in texts), groups, strict=True))
    if len({group or number for number, group in enumerate(groups)}) < 2:
        with pytest.raises(ValueError, match="cannot be split"):
            split_groups(texts, groups, share, seed)
        return
    train, held_out = split_groups(texts, groups, share, seed)
    assert train
    assert held_out
    assert Counter(each.text for each in (*train, *held_out)) == Counter(each.text for each in texts)
    assert not ({of[each.text] for each in train} & {of[each.text] for each in held_out}) - {""}


@settings(max_examples=100)
@given(_GROUPS, st.integers(0, 3))
def test_groups_follow_each_other_whole(drawn: list[tuple[str, str]], seed: int) -> None:
    texts, groups = made(drawn)
    order = group_order(texts, groups, seed)
    assert sorted(order) == list(range(len(texts)))
    runs = [groups[index] for index in order]
    starts = Counter(
        group for place, group in enumerate(runs) if group and (place == 0 or runs[place - 1] != group)
    )
    assert all(count == 1 for count in starts.values())


def test_groups_have_their_share_of_every_label() -> None:
    """Of 50 groups 10 have a rare label: a fifth of the groups has a fifth of them."""
    texts, groups = [], []
    for group in range(50):
        for place in range(4):
            label = "RARE" if group < 10 and not place else "COMMON"
            texts.append(Document(f"{group} {place}", ((0, 1, label),), (0, 0)))
            groups.append(f"g{group}")
    for seed in range(5):
        _, held_out = split_groups(texts, groups, 0.2, seed)
        assert len(held_out) == 40
        assert Counter(label for each in held_out for *_, label in each.spans)["RARE"] in (1, 2, 3)
