"""Keys that come in one read: each does its work before the next one, and none answers what nobody saw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import wait_until
from tui.app import NerTuiApp
from tui.screens.dialogs import Ask

MakeApp = Callable[..., NerTuiApp]


def strike(app: NerTuiApp, keys: str) -> None:
    """Send keys as a terminal does that has them all in one read."""
    assert app._driver is not None
    parser = XTermParser()
    for message in [*parser.feed(keys), *parser.feed("")]:
        app._driver.process_message(message)


async def quiet(pilot: Pilot[None], app: NerTuiApp) -> None:
    await wait_until(pilot, lambda: not app._typed and (app._taking is None or app._taking.done()))


@pytest.mark.parametrize("keys", ["w\r\r", "o\x1b", ":\r\r", "wa note\r\r", "e\r\r"])
async def test_a_key_struck_twice_ends_nothing_and_answers_nothing(
    make_app: MakeApp, keys: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the second enter of "e" exports a file
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        strike(app, keys)
        await quiet(pilot, app)
        assert app.is_running
        assert not app.walk.path.steps


async def test_the_same_key_after_another_one_is_struck_anew(make_app: MakeApp) -> None:
    """Enter closes a dialog, a key opens it again, enter closes it: all of it within a moment."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        strike(app, "wone\r")
        await quiet(pilot, app)
        strike(app, "w")
        await wait_until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = "two"
        strike(app, "\r")
        await wait_until(pilot, lambda: app.screen is app.main)
        assert app.walk.path.pending_note == "two"
