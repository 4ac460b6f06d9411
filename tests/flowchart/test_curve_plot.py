from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from flowchart.curve_plot import SMALLEST, draw, draw_result
from flowchart.runs.process import environment

CURVE: list[dict[str, Any]] = [
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


# -- everything that a result may hold -----------------------------------------------------------------


def fit(name: str, gain: float, wide: float) -> dict[str, Any]:
    """A line from a quarter of the texts to twice as many, with an interval that opens beyond them."""
    line = []
    for docs in range(369, 2955, 235):
        score = 0.747 + gain * (docs - 1477) / 1477
        half = 0.01 + wide * abs(docs - 1477) / 1477
        line.append([docs, score, score - half, score + half])
    return {"name": name, "text": "F = ...", "line": line}


def result(**more: Any) -> dict[str, Any]:
    """A finished curve of three repeats, as the run writes it."""
    trainings = [
        {**point, "repeat": repeat, "ents_f": point["ents_f"] + (repeat - 1) * 0.02}
        for point in CURVE
        for repeat in range(3)
    ]
    power, log = fit("power-law", 0.02, 0.03), fit("log-linear", 0.05, 0.03)
    docs, score, low, high = power["line"][-1]
    forecast = {
        "models": [log, power],
        "at_double": {"docs": docs, "ents_f": score, "low": low, "high": high},
        "confidence": 0.9,
        "reason": "",
    }
    return {"points": CURVE, "trainings": trainings, "forecast": forecast, "target": 0.8, **more}


def part(picture: str, *, after: int) -> str:
    """The canvas to the right of a column."""
    return "\n".join(line[after:] for line in picture.split("\n")[2:-3])


@pytest.mark.parametrize("ascii_only", [False, True])
def test_all_of_a_result_is_legible_in_60_by_15(ascii_only: bool) -> None:
    picture = draw_result(result(), 60, 15, ascii_only=ascii_only, percent=True)
    assert_fits(picture, 60, 15)
    assert not ascii_only or picture.isascii()
    for text in ("95% interval", "90% forecast", "target 80.0", "trainings", "power-law", "log-linear"):
        assert text in picture
    for text in ("65.5", "72.0", "74.7", "76.7", "1,477", "2,954", "training texts"):
        assert text in picture
    band, preferred, second, target = (":", "~", "'", "=") if ascii_only else ("░", "╌", "·", "─")
    column = picture.split("\n")[-2].index("1,477") + 2
    for sign in (band, preferred, second, target):
        assert sign in part(picture, after=column)
    for sign in (band, preferred, second):
        assert sign not in "\n".join(line[:column] for line in picture.split("\n")[2:-3])


def test_the_forecast_is_the_model_that_it_was_made_by() -> None:
    lines = draw_result(result(), 100, 24, percent=True).split("\n")
    end = next(line for line in lines if line.rstrip().endswith("76.7"))  # not 79.7, the other model's
    assert "╌╌╌76.7" in end


def test_a_target_out_of_the_picture_is_pointed_at() -> None:
    high = draw_result(result(target=0.99, forecast=None), 60, 15)
    assert "^ target" in high
    assert "target 0.990" in high
    assert "v target" in draw_result(result(target=0.2, forecast=None), 60, 15)
    for odd in (0.0, -1, 2, float("nan"), "0.5", True):
        assert "target" not in draw_result(result(target=odd, forecast=None), 60, 15)


def test_a_wide_band_does_not_squeeze_what_was_measured() -> None:
    wide = fit("power-law", 0.0, 0.9)
    picture = draw_result(result(forecast={"models": [wide]}, target=None), 60, 15)
    rows = [row for row, line in enumerate(picture.split("\n")) if "●" in line][1:]
    assert rows[-1] - rows[0] >= 2


def test_another_run_is_laid_over_with_marks_of_its_own() -> None:
    other = {"points": [{"docs": 500, "ents_f": 0.5}, {"docs": 3000, "ents_f": 0.7}]}
    picture = draw_result({"points": CURVE}, 60, 15, other=other, other_name="last\nweek \x1b[1m")
    assert picture.count("◆") == 3  # two points and the legend
    assert "◆ last week" in picture
    assert "\x1b" not in picture
    assert "∙∙" in picture
    same = draw_result({"points": CURVE}, 60, 15, other={"points": CURVE}, ascii_only=True)
    assert same.count("x") == 5 + same.count("texts"), "the same points still show, a column beside"
    labelled = draw_result({"points": CURVE}, 60, 15, other={"points": CURVE}, label="DRUG")
    assert "all labels" not in labelled


def test_single_trainings_stand_beside_the_interval_of_their_mean() -> None:
    picture = draw_result(result(forecast=None, target=None), 80, 24)
    assert "• single trainings" in picture
    assert len(re.findall("•[│●╷╵]", picture)) >= 8
    alone = [{**point, "repeat": 0} for point in CURVE]
    assert "•" not in draw_result(result(trainings=alone), 80, 24)


def test_twenty_points_of_twenty_repeats_keep_their_line() -> None:
    points = [{"docs": 100 * n, "ents_f": 0.5 + n / 100} for n in range(1, 21)]
    trainings = [{**point, "repeat": repeat} for point in points for repeat in range(20)]
    picture = draw_result({"points": points, "trainings": trainings}, 60, 15)
    assert_fits(picture, 60, 15)
    assert "•" not in picture
    assert "0.700" in picture


odd_fits = st.one_of(
    anything,
    st.lists(
        st.fixed_dictionaries(
            {}, optional={"name": anything, "line": st.lists(st.lists(anything, max_size=5), max_size=4)}
        ),
        max_size=3,
    ),
)


@settings(max_examples=150)
@given(
    st.fixed_dictionaries(
        {"points": st.one_of(anything, some_points)},
        optional={
            "trainings": st.one_of(anything, some_points),
            "target": anything,
            "forecast": st.one_of(
                anything,
                st.fixed_dictionaries(
                    {"models": odd_fits}, optional={"confidence": anything, "at_double": anything}
                ),
            ),
        },
    ),
    st.one_of(st.none(), st.fixed_dictionaries({"points": some_points})),
    st.integers(-1, 90),
    st.integers(-1, 30),
    st.booleans(),
)
def test_whatever_the_result_is_the_picture_fits(
    curve: dict[str, Any], other: dict[str, Any] | None, width: int, height: int, ascii_only: bool
) -> None:
    picture = draw_result(curve, width, height, ascii_only=ascii_only, other=other)
    assert_fits(picture, max(width, 0), max(height, 0))
    assert "\x1b" not in picture
    assert not ascii_only or picture.isascii()


def test_drawing_all_of_it_takes_less_than_a_frame() -> None:
    draw_result(result(), 100, 24)  # imports plotext
    began = time.process_time()
    for _ in range(5):
        draw_result(result(), 100, 24, other=result())
    assert (time.process_time() - began) / 5 < 0.05


@pytest.mark.parametrize(
    "scores", [(0.3, 0.5, 0.65, 0.75), (0.655, 0.72, 0.741, 0.747), (0.7, 0.5, 0.6, 0.4)]
)
@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
def test_each_score_stands_over_or_under_its_own_point(
    scores: tuple[float, ...], size: tuple[int, int]
) -> None:
    points = [{"docs": 100 * place, "ents_f": score} for place, score in enumerate(scores, 1)]
    picture = draw(points, *size)
    lines = picture.split("\n")[1:]  # without the legend
    found = sorted((c, r) for r, line in enumerate(lines) for c, sign in enumerate(line) if sign == "●")
    assert len(found) == 4
    shown = 0
    for own, score in zip(found, scores, strict=True):
        text = f"{score:.3f}"
        places = [(line.index(text), row) for row, line in enumerate(lines) if text in line]
        shown += len(places)
        for first, row in places:

            def apart(point: tuple[int, int], first: int = first, row: int = row) -> int:
                return max(first - point[0], point[0] - first - 4, 0) + abs(row - point[1])

            assert apart(own) == min(map(apart, found))
            assert apart(own) <= 3
    assert shown >= 2  # the first and the last at least: where the line goes steeply there may be no room


def test_scores_stand_in_the_columns_of_their_points_beyond_the_intervals() -> None:
    lines = draw(CURVE, 60, 15).split("\n")[1:]
    columns = sorted(c for line in lines for c, sign in enumerate(line) if sign == "●")
    for column, score in zip(columns, ("0.655", "0.720", "0.741", "0.747"), strict=True):
        (line,) = [line for line in lines if score in line]
        assert line.index(score) <= column <= line.index(score) + 4


def test_a_single_point_has_its_score_once() -> None:
    assert draw(CURVE[:1], 60, 15).count("0.655") == 1


def test_points_stay_in_their_columns_while_others_are_trained() -> None:
    def columns(count: int) -> list[int]:
        lines = draw(CURVE[:count], 60, 15).split("\n")[1:]
        return sorted(column for line in lines for column, sign in enumerate(line) if sign == "●")

    whole = columns(4)
    assert len(whole) == 4
    for count in (1, 2, 3):
        assert columns(count) == whole[:count]
