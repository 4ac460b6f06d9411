"""A train-curve result as plain text: repeats, labels, forecast, another run's curve; older results too."""

from __future__ import annotations

from flowchart.runs.progress import Progress
from tests.tui.curves import curve, old_curve, old_points
from tui.cli.curve_text import (
    basis_text,
    comparison_text,
    curve_plot,
    curve_table,
    forecast_text,
    label_table,
    verdict_text,
)
from tui.cli.follow import summary


def test_repeats_show_how_often_and_how_far_apart() -> None:
    table = curve_table(curve()["points"])
    header, first, *_, last = table.splitlines()
    assert header.split("  ")[-1].strip() == "time"
    assert "repeats" in header
    assert "sd of F" in header
    assert "0.650 - 0.710" in first
    assert " 3 " in first
    assert "+0.020" in last
    assert "repeats" not in curve_table(curve(repeats=1)["points"])
    assert "3 trainings a point" in basis_text(curve())


def test_labels_with_too_little_support_are_marked() -> None:
    lines = label_table(curve()["points"]).splitlines()
    assert "32*" in next(line for line in lines if line.startswith("FLUID"))
    assert "*" not in next(line for line in lines if line.startswith("PART"))
    assert lines[-1].startswith("* too little support")
    assert "*" not in label_table(old_points())


def test_the_forecast_has_its_interval() -> None:
    text = forecast_text(curve())
    assert text.startswith("Forecast: at 1,828 texts: F 0.850, 90% interval ")
    assert "about 1,200 more annotations for +2.0 points of F, 90% interval 700 to 3,500" in text
    assert "F 0.880: not reachable on this trend" in text
    assert forecast_text(old_curve()) == ""


def test_the_plot_takes_the_whole_result_and_another_one() -> None:
    plot = curve_plot(curve(), {**old_curve(points=old_points(0.05)), "run": "lastweek"}, ascii_only=True)
    assert plot.isascii()
    for part in ("x lastweek", "forecast, 90% interval", "target 0.880", "training texts"):
        assert part in plot
    assert "training texts" in curve_plot(old_curve(), ascii_only=True)


def test_two_curves_side_by_side() -> None:
    other = {**old_curve(points=old_points(0.05)), "run": "20260102-030405-train-curve-0a1b"}
    text = comparison_text(curve(), other)
    assert "Compared with 20260102-030405-train-curve-0a1b" in text
    assert text.count("+0.050  +0.008 to +0.092") == 4
    assert "different data" in text
    elsewhere = comparison_text(curve(), {**other, "eval": {"hash": "e2"}})
    assert "Scores from different eval sets: not compared." in elsewhere
    assert "0.780" in elsewhere
    assert "difference" not in elsewhere


def test_an_older_result_prints_as_ever() -> None:
    old = old_curve()
    assert "100%    914  0.830" in curve_table(old["points"])
    assert "CAN'T TELL" in verdict_text(old)


def test_progress_of_many_trainings_is_one_line() -> None:
    progress = Progress.of({"repeats": 5})
    progress.fold({"event": "progress", "stage": "train", "done": 0, "total": 100})
    for record in curve(repeats=5)["trainings"]:
        progress.fold({"event": "training", **record})
    where = {"fraction": 0.05, "repeat": 2}
    progress.fold({"event": "point-start", **where, "docs": 45, "max_steps": 900})
    progress.fold({"event": "step", **where, "step": 90, "max_steps": 900, "ents_f": 0.4})
    assert summary(progress) == "20/100 trained | 5% 3/5 90/900 F 0.40"
    progress.fold({"event": "point-failed", **where, "message": "was killed"})
    assert summary(progress) == "20/100 trained | 1 failed"
