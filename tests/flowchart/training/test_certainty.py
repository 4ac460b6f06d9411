"""How often a verdict is certain where nothing is gained: `tests.benchmarks.certainty`, small and fixed."""

from __future__ import annotations

import numpy as np
import pytest

from flowchart.comparison import differences
from flowchart.training.summary import summarise
from tests.benchmarks.certainty import missed_truths, rate
from tests.flowchart.training.simulated import last_step

TRIALS = 60


@pytest.mark.parametrize(("repeats", "scatter"), [(1, 0.01), (1, 0.02), (3, 0.01)])
def test_equal_trainings_are_hardly_ever_told_apart(repeats: int, scatter: float) -> None:
    """5% would be 3 of 60. Without the seed's part it is a quarter of them."""
    assert rate(300, repeats, scatter, 0.0, TRIALS, 1000) <= 0.05


def test_a_true_gain_is_told_the_oftener_the_more_repeats_there_are() -> None:
    one, three, eight = (rate(500, repeats, 0.01, 0.04, 12, 1000) for repeats in (1, 3, 8))
    assert one <= three <= eight
    assert eight > 0.7


@pytest.mark.parametrize(("repeats", "scatter"), [(1, 0.02), (3, 0.01)])
def test_the_interval_of_a_point_holds_the_truth(repeats: int, scatter: float) -> None:
    assert missed_truths(300, repeats, scatter, TRIALS, 1000) <= 0.07


def test_two_runs_side_by_side_are_not_told_apart_either() -> None:
    wrong = 0
    for trial in range(TRIALS):
        one, other = last_step(np.random.default_rng(trial), 0.0, seed_sd=0.01)
        curves = [{"points": [{**summarise(its, trial), "fraction": 1.0}]} for its in (one, other)]
        (found,) = differences(*curves)
        assert found.low is not None
        assert found.high is not None
        wrong += not found.low <= 0 <= found.high
    assert wrong <= 3
