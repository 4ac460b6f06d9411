"""How often a verdict is certain where nothing is gained: `tests.benchmarks.certainty`, small and fixed."""

from __future__ import annotations

import pytest

from tests.benchmarks.certainty import missed_truths, rate

TRIALS = 60


@pytest.mark.parametrize(("repeats", "scatter"), [(1, 0.01), (1, 0.02), (2, 0.01), (3, 0.01), (5, 0.02)])
def test_equal_trainings_are_hardly_ever_told_apart(repeats: int, scatter: float) -> None:
    """5% would be 3 of 60. Without the seed's part it is a quarter of them."""
    assert rate(300, repeats, scatter, 0.0, TRIALS, 1000) <= 0.05


def test_a_true_gain_is_told_the_oftener_the_more_repeats_there_are() -> None:
    one, three, ten = (rate(1000, repeats, 0.01, 0.03, 20, 1000) for repeats in (1, 3, 10))
    assert one <= three <= ten
    assert ten > 0.7


@pytest.mark.parametrize(("repeats", "scatter"), [(1, 0.01), (1, 0.02), (3, 0.01)])
def test_the_interval_of_a_point_holds_the_truth(repeats: int, scatter: float) -> None:
    assert missed_truths(300, repeats, scatter, TRIALS, 1000) <= 0.07
