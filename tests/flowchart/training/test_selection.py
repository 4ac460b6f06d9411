from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.training.scores import Counts
from flowchart.training.selection import flattery


def evaluations(draw: np.random.Generator, scores: list[float], texts: int, own: float = 0.4) -> list[Counts]:
    """Evaluations of one training with these expected F: all find mostly the same texts hard."""
    hard = draw.random((texts, 2))
    found = []
    for f in scores:
        luck = np.where(draw.random(hard.shape) < own, draw.random(hard.shape), hard)
        right, mistaken = luck[:, 0] < f, luck[:, 1] < 1 - f
        rows = [
            (text, 0, int(tp), int(fp), int(not tp))
            for text, (tp, fp) in enumerate(zip(right, mistaken, strict=True))
        ]
        found.append(Counts(texts, ["DRUG"], rows))
    return found


def best(those: list[Counts]) -> int:
    """The evaluation that spaCy keeps: the last of the best."""
    scores = [counts.scores()["ents_f"] for counts in those]
    return len(scores) - 1 - scores[::-1].index(max(scores))


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.03], ids=["all alike", "a little", "some better"])
@pytest.mark.parametrize("number", [6, 18])
def test_what_is_left_is_the_truth_on_average(number: int, spread: float) -> None:
    """F of the kept evaluation is too high by what is found, within the noise of 150 trainings."""
    draw = np.random.default_rng(number)
    flattered, corrected = [], []
    for seed in range(150):
        truth = [float(f) for f in 0.7 + spread * draw.standard_normal(number)]
        those = evaluations(draw, truth, 300)
        kept = best(those)
        too_high = those[kept].scores()["ents_f"] - truth[kept]
        flattered.append(too_high)
        corrected.append(too_high - flattery(those, kept, seed))
    noise = float(np.std(corrected) / np.sqrt(len(corrected)))
    assert np.mean(flattered) > 0.008
    assert abs(np.mean(corrected)) < 3 * noise
    assert abs(np.mean(corrected)) < 0.35 * np.mean(flattered)


def test_more_evaluations_flatter_more_and_one_not_at_all() -> None:
    draw = np.random.default_rng(2)

    def mean(number: int) -> float:
        those = [evaluations(draw, [0.7] * number, 300) for _ in range(30)]
        return float(np.mean([flattery(each, best(each), 0) for each in those]))

    assert mean(1) == 0
    assert 0 < mean(2) < mean(6) < mean(18)


def test_flattery_by_hand() -> None:
    """Two texts, and each evaluation right in one of them: the other text always chooses the wrong one."""
    first = Counts(2, ["A"], [(0, 0, 1, 0, 0), (1, 0, 0, 0, 1)])
    second = Counts(2, ["A"], [(0, 0, 0, 0, 1), (1, 0, 1, 0, 0)])
    assert flattery([first, second], 1, 0) == pytest.approx(2 / 3)  # F is 2/3, and 0 where it had no part


def test_a_best_that_is_best_everywhere_is_not_flattered() -> None:
    good = Counts(50, ["A"], [(text, 0, 1, 0, 0) for text in range(50)])
    bad = Counts(50, ["A"], [(text, 0, 0, 1, 1) for text in range(50)])
    assert flattery([bad, good, bad], 1, 0) == 0
    assert flattery([Counts(50), good], 1, 0) == 0  # as the first evaluation of a blank model


def test_it_is_the_same_each_time_and_quick() -> None:
    those = evaluations(np.random.default_rng(0), [0.7] * 100, 2000)
    began = time.perf_counter()
    assert flattery(those, 3, 1) == flattery(those, 3, 1)
    assert time.perf_counter() - began < 20  # measured: 2 s


def test_other_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="eval sets of 5 and 6 texts"):
        flattery([Counts(5), Counts(6)], 0, 0)
    with pytest.raises(IndexError):
        flattery([Counts(5)], 1, 0)


counts_of_texts = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 1), *[st.integers(0, 3)] * 3), max_size=20
).map(lambda rows: Counts(12, ["A", "B"], rows))


@given(st.lists(counts_of_texts, min_size=1, max_size=4))
def test_it_stays_in_range(those: list[Counts]) -> None:
    kept = best(those)
    assert 0 <= flattery(those, kept, 0) <= those[kept].scores()["ents_f"]
