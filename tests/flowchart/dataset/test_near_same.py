"""Nearly the same texts: those that counting every pair finds, and in a moment."""

from __future__ import annotations

import random
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowchart.dataset import near_same as module
from flowchart.dataset.near_same import NEAR, Pair, near_same
from flowchart.dataset.shingles import MOST_CHARACTERS, hashed, shingles, words

SAME = [
    ("Ann saw Rome", "ann  saw\tROME!"),
    ("It 's here , today .", "It's here, today."),
    ("“Well”—she said", "Well, she said"),
    ("ﬁne by me", "fine by me"),
    ("Straße in Köln", "STRASSE in Ko\u0308ln"),
    ("我在北京工作。", "我在北京工作"),
    ("!!! ???", "!!!???"),
    ("💚", " 💚 "),
]

OTHER = [
    ("1.0 or so", "10 or so"),
    ("की", "कि"),
    ("!!!", "???"),
    ("💚", "💔"),
    ("C", "C sharp"),
    ("a b", "b a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_space_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert words(one) == words(other)
    assert near_same([one], [other]) == [Pair(0, 0, 1.0)]


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_words_do(one: str, other: str) -> None:
    assert words(one) != words(other)
    assert near_same([one], [other]) == []


def test_one_other_word_among_eleven_is_near_and_among_ten_is_not() -> None:
    for count, found in ((11, 1), (10, 0)):
        text = [f"w{number}" for number in range(count)]
        other = [*text[:5], "x", *text[6:]]
        assert len(near_same([" ".join(text)], [" ".join(other)])) == found


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    text = "今天早上我和安娜一起在北京的公园里散步"
    assert len(near_same([text], [text.replace("安", "李")])) == 1
    assert near_same([text], ["明天晚上她不会去上海看望她的父母和朋友"]) == []


def test_the_first_of_several_is_named() -> None:
    text = "one two three four five six seven"
    assert near_same(["nothing", text], ["else", text + " eight", text]) == [Pair(1, 1, pytest.approx(5 / 6))]


def test_texts_without_words_are_like_nothing() -> None:
    assert near_same(["", " \n", "\x02"], ["", "\t", "\x02", "a"]) == []
    assert near_same([], ["a"]) == near_same(["a"], []) == []


def test_only_the_beginning_of_a_long_text_counts() -> None:
    text = "word and more " * (MOST_CHARACTERS // 14 + 2)
    assert len(near_same([text + "one end"], [text + "another end of it"])) == 1


WORD = st.sampled_from(["a", "b", "c", "d", "Ann", "Köln", "北京", "!", "💚"])
TEXTS = st.lists(st.lists(WORD, max_size=9).map(" ".join), max_size=8)


@settings(max_examples=300)
@given(TEXTS, TEXTS, st.sampled_from([0.3, NEAR, 0.8, 1.0]), st.booleans())
def test_the_same_as_counting_every_pair(
    texts: list[str], others: list[str], least: float, crowded: bool
) -> None:
    expected = []
    for place, text in enumerate(texts):
        for number, other in enumerate(others):
            mine, its = shingles(text), shingles(other)
            if mine | its and len(mine & its) / len(mine | its) >= least:
                expected.append((place, number))
                break
    with pytest.MonkeyPatch.context() as patch:
        if crowded:  # as with more than fits at once
            patch.setattr(module, "_MOST_PAIRS", 2)
            patch.setattr(module, "MOST_SHINGLES", 5)
        assert [(pair.text, pair.other) for pair in near_same(texts, others, least)] == expected


@settings(max_examples=200)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_hashes_are_those_of_the_shingles(texts: list[str]) -> None:
    hashes, owner, sizes = hashed(texts)
    assert sizes.tolist() == [len(shingles(text)) for text in texts]
    known: dict[int, set[tuple[bytes, ...]]] = {}
    for place, text in enumerate(texts):
        its = hashes[owner == place].tolist()
        assert len(its) == len(shingles(text))
        for one in its:
            known.setdefault(one, shingles(text)).intersection_update(shingles(text))
    assert all(known.values()), "an equal hash means a shingle in common"


def _texts(start: list[str], size: int, count: int, seed: int = 0) -> list[str]:
    """Return texts that begin alike, with words of their own up to a size."""
    rng = random.Random(seed)
    vocabulary = [f"w{number}" for number in range(20_000)]
    return [" ".join([*start, *rng.choices(vocabulary, k=size - len(start))]) for _ in range(count)]


LETTER = [f"of{number}" for number in range(400)]


@pytest.mark.parametrize(
    ("start", "size"),
    [([], 40), (LETTER[:24], 40), (LETTER[:26], 40), ([], 400), (LETTER[:260], 400)],
    ids=["distinct", "a form", "nearly near", "long", "a long form"],
)
def test_many_texts_take_a_moment(start: list[str], size: int) -> None:
    """15,000 against 1,500 texts: what many texts have in common makes no pairs to be counted."""
    texts = _texts(start, size, 16_500 if size < 100 else 3_500)
    texts[1_500] = texts[0]
    began = time.process_time()
    assert [pair[:2] for pair in near_same(texts[:1_500], texts[1_500:])] == [(0, 0)]
    assert time.process_time() - began < 4  # measured: 0.2 to 0.7 s


def test_letters_of_one_form_find_each_other_at_once() -> None:
    texts = _texts(LETTER[:32], 40, 22_000)
    began = time.process_time()
    found = near_same(texts[:2_000], texts[2_000:])
    assert time.process_time() - began < 4  # 40 million pairs are nearly the same; measured: 0.2 s
    assert [pair[:2] for pair in found] == [(place, 0) for place in range(2_000)]


def test_memory_is_bounded() -> None:
    texts = _texts(LETTER[:24], 40, 3_000)
    tracemalloc.start()
    near_same(texts[:1_500], texts[1_500:])
    assert tracemalloc.get_traced_memory()[1] < 150e6
    tracemalloc.stop()


@pytest.mark.parametrize("words", [5, 20, 300])
def test_the_same_as_counting_every_pair_of_texts_of_any_length(words: int) -> None:
    """Texts at every distance from each other: parts of one are put into another."""
    rng = random.Random(words)
    texts = _texts([], words, 40)
    for _ in range(200):
        one, other = rng.choice(texts).split(), rng.choice(texts).split()
        at, size = rng.randrange(words), rng.randrange(words)
        texts.append(" ".join([*other[:at], *one[at : at + size], *other[at + size :]][: words + 3]))
    rng.shuffle(texts)
    mine, its = texts[:120], texts[120:]
    sets = [shingles(text) for text in its]
    expected = []
    for place, one in enumerate(map(shingles, mine)):
        near = (number for number, other in enumerate(sets) if len(one & other) / len(one | other) >= NEAR)
        if (first := next(near, None)) is not None:
            expected.append((place, first))
    assert [pair[:2] for pair in near_same(mine, its)] == expected
    assert 20 < len(expected) < 120
