from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from flowchart.curve_plot import SMALLEST, draw
from flowchart.runs.process import environment

CURVE = [
    {
        "fraction": fraction,
        "docs": docs,
        "ents_f": score,
        "ents_f_low": score - 0.05,
        "ents_f_high": score + 0.05,
        "ents_per_type": {
            "DRUG": {"f": score - 0.1, "f_low": score - 0.2, "f_high": score},
            "X\x1b[31m": {"f": 0.4},
        },
    }
    for fraction, docs, score in (
        (0.25, 369, 0.655),
        (0.5, 739, 0.72),
        (0.75, 1108, 0.741),
        (1.0, 1477, 0.747),
    )
]

anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.floats(0, 1), st.integers(0, 5000)
)
some_points = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "docs": anything,
            "ents_f": anything,
            "ents_f_low": anything,
            "ents_f_high": anything,
            "ents_per_type": st.one_of(
                anything,
                st.dictionaries(st.just("L"), st.one_of(anything, st.dictionaries(st.just("f"), anything))),
            ),
        },
    ),
    max_size=6,
)


def assert_fits(picture: str, width: int, height: int) -> None:
    lines = picture.split("\n")
    assert len(lines) == max(height, 1)
    assert all(cell_len(line) <= width for line in lines)


@settings(max_examples=150)
@given(some_points, st.integers(-1, 90), st.integers(-1, 30), st.booleans(), st.sampled_from([None, "L"]))
def test_whatever_the_points_are_the_picture_fits(
    points: list[dict[str, Any]], width: int, height: int, ascii_only: bool, label: str | None
) -> None:
    picture = draw(points, width, height, ascii_only=ascii_only, label=label)
    assert_fits(picture, max(width, 0), max(height, 0))
    assert "\x1b" not in picture
    assert not ascii_only or picture.isascii()


@pytest.mark.parametrize("size", [(60, 15), (100, 24), SMALLEST, (40, 8), (200, 60), (21, 50)])
def test_the_curve_is_drawn_at_any_size(size: tuple[int, int]) -> None:
    picture = draw(CURVE, *size)
    assert_fits(picture, *size)
    assert picture.count("●") >= 4
    assert "1,477" in picture


def test_the_picture_says_what_it_shows() -> None:
    picture = draw(CURVE, 60, 15)
    for text in ("0.655", "0.720", "0.741", "0.747", "369", "1,108", "training texts", "95% interval"):
        assert text in picture
    bars = [line for line in picture.split("\n")[1:-2] if re.search("[│╷╵].*[│╷╵]", line)]
    assert len(bars) >= 5


def test_ascii_alone_is_legible() -> None:
    picture = draw(CURVE, 60, 15, ascii_only=True)
    assert picture.isascii()
    assert picture.count("*") == 5  # four points and the legend
    assert "0.747" in picture


def test_a_label_is_drawn_with_all_labels_behind_it() -> None:
    picture = draw(CURVE, 80, 20, label="DRUG")
    assert "F of DRUG" in picture
    assert "all labels" in picture
    assert "0.647" in picture
    assert "no score of ABSENT" in draw(CURVE, 80, 20, label="ABSENT")
    assert "\x1b" not in draw(CURVE, 80, 20, label="X\x1b[31m")


def test_colour_is_a_layer_over_the_same_picture() -> None:
    coloured = draw(CURVE, 60, 15, colour=True)
    assert "\x1b[" in coloured
    plain = [line.rstrip() for line in Text.from_ansi(coloured).plain.split("\n")]
    assert plain == [line.rstrip() for line in draw(CURVE, 60, 15).split("\n")]


def test_no_room_or_no_points_is_a_line_of_text() -> None:
    assert draw(CURVE, 19, 3).split("\n")[0] == "F 0.747 at 1,477 t…"
    assert draw([], 40, 10).startswith("no score")
    assert draw(CURVE, 0, 0) == ""


@pytest.mark.timeout(20)
def test_a_score_far_off_is_left_out_and_costs_no_time() -> None:
    far = [{"docs": 1, "ents_f": 1e11}, {"docs": 2, "ents_f": -5.0}, {"docs": 10**11, "ents_f": 0.2}]
    picture = draw([*far, *CURVE], 60, 15)
    assert picture.count("●") >= 2
    assert draw(far[:2], 60, 15).startswith("no score")


def test_each_process_draws_the_same() -> None:
    script = f"from flowchart.curve_plot import draw; print(draw({CURVE!r}, 21, 12), draw({CURVE!r}, 40, 8))"
    pictures = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            env={**environment(), "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(5)
    }
    assert len(pictures) == 1


def test_drawing_twice_draws_the_same() -> None:
    first = draw(CURVE, 60, 15)
    draw(CURVE[:1], 30, 8)
    assert draw(CURVE, 60, 15) == first


def test_repeats_at_one_size_are_all_drawn() -> None:
    repeats = [{"docs": 500, "ents_f": f} for f in (0.5, 0.6, 0.7)] + [{"docs": 1000, "ents_f": 0.8}]
    assert draw(repeats, 60, 20).count("●") == 5
