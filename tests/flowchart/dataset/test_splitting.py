"""Fair samples: the same whatever the order of rows, nested, with a share of every label."""

from __future__ import annotations

import hashlib
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowchart.dataset.document import Document
from flowchart.dataset.splitting import split, subset_order


def documents(counts: dict[str, int]) -> list[Document]:
    made = []
    for label, count in counts.items():
        spans = ((0, 1, label),) if label else ()
        made += [Document(f"{label or 'none'} {number}", spans, (0, number)) for number in range(count)]
    return made


def labels(some: list[Document]) -> Counter[str]:
    return Counter(document.spans[0][2] if document.spans else "" for document in some)


COUNTS = {"": 400, "COMMON": 200, "SOME": 60, "RARE": 10}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_every_label_has_its_share(seed: int, share: float) -> None:
    train, held_out = split(documents(COUNTS), share, seed)
    assert len(held_out) == round(670 * share)
    assert len(train) == 670 - len(held_out)
    found = labels(held_out)
    for label, count in COUNTS.items():
        assert abs(found[label] - count * share) <= 3, label


@pytest.mark.parametrize("seed", range(5))
def test_beginnings_are_fair_samples(seed: int) -> None:
    made = documents(COUNTS)
    order = subset_order(made, seed)
    assert sorted(order) == list(range(len(made)))
    for share in (0.25, 0.5, 0.75):
        found = labels([made[index] for index in order[: round(len(made) * share)]])
        for label, count in COUNTS.items():
            assert abs(found[label] - count * share) <= 3, (share, label)


def test_a_label_in_many_combinations_is_spread_too() -> None:
    made = [
        Document(f"text {number}", ((0, 1, "RARE"), (2, 3, f"L{number}")), (0, number))
        if number % 10 == 0
        else Document(f"text {number}", ((2, 3, f"L{number}"),), (0, number))
        for number in range(200)
    ]
    order = subset_order(made, 0)
    rare = sum(len(made[index].spans) == 2 for index in order[:100])
    assert 6 <= rare <= 14


@settings(max_examples=50)
@given(st.integers(2, 60), st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(count: int, seed: int, shuffler: random.Random) -> None:
    made = documents({"": count // 2, "A": count - count // 2})
    shuffled = made.copy()
    shuffler.shuffle(shuffled)
    assert split(made, 0.2, seed) == split(shuffled, 0.2, seed)
    assert [made[i] for i in subset_order(made, seed)] == [shuffled[i] for i in subset_order(shuffled, seed)]


def test_another_seed_draws_other_texts() -> None:
    made = documents(COUNTS)
    drawn = {frozenset(document.text for document in split(made, 0.2, seed)[1]) for seed in range(8)}
    assert len(drawn) == 8


@pytest.mark.parametrize(
    ("counts", "size"), [({"": 7, "A": 4}, 3), ({"": 9, "A": 2}, 6), ({"": 8, "A": 1}, 1)]
)
def test_each_text_is_drawn_about_equally_often(counts: dict[str, int], size: int) -> None:
    made = documents(counts)
    times = Counter(
        document.text for seed in range(1500) for document in split(made, size / len(made), seed)[1]
    )
    expected = 1500 * size / len(made)
    assert set(times) == {document.text for document in made}
    for text, count in times.items():
        assert 0.75 * expected < count < 1.25 * expected, text


def test_texts_of_equal_labels_are_drawn_at_random() -> None:
    made = documents({"A": 8})
    drawn = {frozenset(document.text for document in split(made, 0.5, seed)[1]) for seed in range(60)}
    assert len(drawn) > 20


def test_both_sides_get_a_text() -> None:
    made = documents({"A": 2})
    for share in (0.01, 0.25, 0.99):
        train, held_out = split(made, share, 0)
        assert (len(train), len(held_out)) == (1, 1)
    with pytest.raises(ValueError, match="1 documents"):
        split(made[:1], 0.25, 0)
    assert subset_order([], 0) == []


LABELS = st.lists(st.sampled_from(["", "A", "B", "C", "D", "E"]), min_size=2, max_size=60)


@settings(max_examples=200)
@given(LABELS, st.sampled_from([0.05, 0.2, 0.5, 0.9]), st.integers(0, 20))
def test_each_label_with_two_texts_is_on_both_sides_when_there_is_room(
    given_labels: list[str], share: float, seed: int
) -> None:
    counts = Counter(given_labels)
    train, held_out = split(documents(counts), share, seed)
    assert sorted(document.text for document in train + held_out) == sorted(
        document.text for document in documents(counts)
    )
    assert len(held_out) == min(max(round(len(given_labels) * share), 1), len(given_labels) - 1)
    wanted = [label for label, count in counts.items() if label and count > 1]
    found = labels(train), labels(held_out)
    if len(wanted) <= min(len(train), len(held_out)):
        assert all(side[label] for side in found for label in wanted)
    for label, count in counts.items():  # no label is far from its share
        assert abs(found[1][label] - count * share) <= 3 + len(wanted) / 2, label


@settings(max_examples=200)
@given(
    st.lists(st.sets(st.sampled_from("ABCDEFGH"), max_size=3), min_size=2, max_size=40),
    st.sampled_from([0.1, 0.25, 0.5]),
    st.integers(0, 5),
)
def test_texts_with_several_labels(label_sets: list[set[str]], share: float, seed: int) -> None:
    made = [
        Document(
            f"text {number}", tuple((at, at + 1, label) for at, label in enumerate(sorted(its))), (0, number)
        )
        for number, its in enumerate(label_sets)
    ]
    train, held_out = split(made, share, seed)
    assert not {document.text for document in train} & {document.text for document in held_out}
    assert len(train) + len(held_out) == len(made)
    assert split(made[::-1], share, seed) == (train, held_out)


def test_a_rare_label_is_on_both_sides_with_every_seed() -> None:
    for seed in range(40):
        train, held_out = split(
            documents({"": 300, "COMMON": 150, "RARE": 2, "OTHER": 3, "ONCE": 1}), 0.1, seed
        )
        for label in ("RARE", "OTHER"):
            assert labels(train)[label]
            assert labels(held_out)[label]
        assert len(held_out) == 46


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sets(st.sampled_from("XYZ"))), max_size=30),
    st.integers(0, 5),
)
def test_texts_lie_in_a_row_by_their_labels_the_rarest_first(
    drawn: list[tuple[str, set[str]]], seed: int
) -> None:
    """The order is part of what is saved: counted out here, with whole keys; equal texts are among them."""
    made = [
        Document(text, tuple((at, at + 1, label) for at, label in enumerate(sorted(labels))), (0, number))
        for number, (text, labels) in enumerate(drawn)
    ]
    texts_with = Counter(label for _, labels in drawn for label in labels)
    salt = hashlib.sha256(str(seed).encode()).digest()[:16]
    keys = []
    for index, document in enumerate(made):
        rarest = sorted((texts_with[label], label) for *_, label in document.spans)
        chance = hashlib.blake2b(document.text.encode(), digest_size=16, salt=salt).digest()
        keys.append((rarest or [(len(made) + 1, "")], chance, document.text, document.spans, index))
    keys.sort(key=lambda key: key[:4])
    shift, bits = int.from_bytes(salt), max(len(made) - 1, 0).bit_length()
    backwards = [int(f"{number:0{bits}b}"[::-1], 2) for number in range(1 << bits)]
    expected = [keys[(place + shift) % len(made)][-1] for place in backwards if place < len(made)]
    assert subset_order(made, seed) == expected
