"""The operations that trainings use are Thinc's, done faster."""

from __future__ import annotations

from importlib import import_module

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import NumpyOps, get_current_ops, set_current_ops

PLAIN = NumpyOps(use_blis=False)


@pytest.fixture(scope="module")
def ops() -> NumpyOps:
    before = get_current_ops()
    module = import_module("flowchart.training.ops")
    set_current_ops(before)
    return module.Ops()


@given(st.none() | st.sampled_from([0.0, 0.1, 0.2, 0.35, 0.999, 1.0]), st.integers(0, 2**32 - 1))
def test_a_dropout_mask_is_thincs(ops: NumpyOps, drop: float | None, seed: int) -> None:
    numpy.random.seed(seed)
    expected = PLAIN.get_dropout_mask((17, 5), drop)
    numpy.random.seed(seed)
    mask = ops.get_dropout_mask((17, 5), drop)
    assert mask.dtype == expected.dtype
    assert numpy.array_equal(mask, expected)


@given(st.sampled_from([1, 96, 70_000, 131_072]), st.integers(0, 2**32 - 1), st.floats(1e-7, 0.1))
def test_adam_is_thincs(ops: NumpyOps, size: int, seed: int, rate: float) -> None:
    draw = numpy.random.default_rng(seed)
    weights, gradient, mean = (draw.normal(size=size).astype("float32") for _ in range(3))
    square = draw.random(size).astype("float32") * 1e-3
    gradient[::3] = 0  # as most of a table of embeddings is in a step
    ours, theirs = ([array.copy() for array in (weights, gradient, mean, square)] for _ in range(2))
    for _ in range(2):
        ops.adam(*ours, 0.9, 0.999, 1e-8, rate)
        PLAIN.adam(*theirs, 0.9, 0.999, 1e-8, rate)
        ours[1][:], theirs[1][:] = gradient, gradient
    for mine, expected in zip(ours, theirs, strict=True):
        # Compilers for some processors add and multiply in one rounding.
        assert numpy.allclose(mine, expected, rtol=1e-5, atol=1e-9)


def test_adam_takes_the_gradient_away(ops: NumpyOps) -> None:
    weights = numpy.ones(3, "float32")
    gradient = numpy.asarray([1, 0, -1], "float32")
    ops.adam(weights, gradient, numpy.zeros(3, "float32"), numpy.zeros(3, "float32"), 0.9, 0.999, 1e-8, 0.5)
    assert not gradient.any()
    assert weights[1] == 1
    assert weights[0] < 1 < weights[2]
