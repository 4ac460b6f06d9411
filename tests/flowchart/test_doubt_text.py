"""What is said of the seed's part and of a chosen best: on the command line, in the app, in the report."""

from __future__ import annotations

from typing import Any

import pytest

from flowchart import graph
from flowchart.doubt_text import by_experience, flattery_line
from flowchart.evidence import Facts, measure
from flowchart.report.measured import curve_section
from tui.cli.curve_text import flattery_text
from tui.panes.curve_tables import flattery_block

SAID = (
    "Each model was kept as the best of several evaluations on these texts, so F is too high, by about "
    "1.2 at 50%, 0.8 at 100% (points of F)."
)


def curve(*flattery: float, low: float = 0.82, repeats: int = 1) -> dict[str, Any]:
    points = [
        {
            "fraction": number / len(flattery),
            "docs": 100 * number,
            "repeats": repeats,
            "ents_f": 0.85,
            "ents_f_low": low,
            "ents_f_high": 0.88,
            "ents_f_seed_sd": 0.013,
            "ents_f_flattery": each,
            "ents_per_type": {},
        }
        for number, each in enumerate(flattery, 1)
    ]
    return {"points": points, "eval": {"docs": 500}, "run": "r1"}


def test_a_chosen_best_is_told_everywhere() -> None:
    told = curve(0.012, 0.008)
    assert flattery_line(told) == SAID
    assert " ".join(flattery_text(told).split()) == SAID
    assert flattery_block(told).plain == SAID
    assert SAID in curve_section(told)


@pytest.mark.parametrize("flattery", [0.0, 0.0004])
def test_where_nothing_was_chosen_nothing_is_told(flattery: float) -> None:
    told = curve(flattery, flattery)
    assert flattery_line(told) == flattery_text(told) == flattery_block(told).plain == ""
    assert "best of several" not in curve_section(told)
    assert flattery_line({}) == ""


def test_the_seeds_part_is_experience_until_repeats_measure_it() -> None:
    assert "(standard deviation 1.3 points): --repeats 3 measures it" in by_experience(0.013, 1)
    assert by_experience(0.013, 2) == ""
    assert "unknown" in by_experience(None, 1)


def happy(curve: dict[str, Any], target: float) -> Any:
    return measure(graph.load().nodes["scratch.happy"], Facts(curve=curve, target=target))


def test_a_target_is_reached_only_without_the_flattery() -> None:
    assert happy(curve(0.0), 0.815).suggestion == "YES"
    flattered = happy(curve(0.008), 0.815)
    assert flattered.suggestion == "CAN'T TELL"
    assert "not surely above the target of 81.5. Kept as the best of several" in flattered.reason
    assert "F is about 0.8 too high" in flattered.reason
    assert happy(curve(0.008), 0.89).suggestion == "NO"
    assert "--repeats 3 measures it" in happy(curve(0.0), 0.85).reason
    assert "--repeats" not in happy(curve(0.0, repeats=3), 0.85).reason
