"""No keys, however fast and wherever, end the app or lose an answer. 20,000 of them: pytest -m benchmark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flowchart import demo
from flowchart.errors import UserError
from tests.tui.curves import curve, finish_curve
from tests.tui.fuzz import play
from tui.app import NerTuiApp


@pytest.fixture
def make_with_curve(
    make_app: Callable[..., NerTuiApp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], NerTuiApp]:
    """The app on the demo data, loaded, with findings and a finished curve; it starts no further work."""

    def no_work(_run: object) -> None:
        raise UserError("no room for a run")

    monkeypatch.chdir(tmp_path)
    for module in ("tui.screens.curve.launch", "tui.measuring.launch"):
        monkeypatch.setattr(module, no_work)
    train, evaluation = demo.files()

    def make() -> NerTuiApp:
        app = make_app(train, eval=(evaluation,))
        if app.walk.curve_run is None:
            app.walk.open_data([train], [evaluation])
            finish_curve(app.walk.new_curve(4, 3, 0.88), curve())
        return app

    return make


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_keys_end_nothing(make_with_curve: Callable[[], NerTuiApp], seed: int) -> None:
    report = await play(make_with_curve, seed, 150)
    assert report.keys >= 150
    assert report.screens > {"MainScreen"}


@pytest.mark.benchmark
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
async def test_twenty_thousand_random_keys(make_with_curve: Callable[[], NerTuiApp], seed: int) -> None:
    report = await play(make_with_curve, 1000 + seed, 2000)
    print(f"{report.keys:,} keys, at most {report.answers} answers, {len(report.screens)} kinds of screens")
    assert report.keys >= 2000
