"""Random keys in bursts, as a slow line or a paste brings them: many in one read, between any resizes."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser

from flowchart.path import Path

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.app import NerTuiApp

LETTERS = [*"ynuotxewWmdfzvpR123jkhlgGbcr.?/:", "\r", "\r", "\r", "\t", "\x1b[Z", " ", "F"]
MOVES = ["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x7f"]
OTHERS = [
    "\x1b",
    "\x1b",
    "\x10",
    "q",
    "\x03",
    "\x1b[200~pasted [x] text\r\nyn\x1b[201~",
    "e\r\r",
    "w\r\r",
    ":\r\r",
]
OPENERS = ["w", "o", "t", "m", "e", "f", "d", "R", "?", ":", "/", "\x10", "W", "x"]
SIZES = ((1, 1), (40, 8), (80, 6), (60, 15), (59, 15), (80, 24), (100, 28), (160, 50), (300, 80), (20, 4))
HANGS = 30.0
"""Seconds after which a burst that is not through counts as a hang."""


@dataclass
class Report:
    """What became of the keys."""

    keys: int = 0
    answers: int = 0
    screens: set[str] = field(default_factory=set)


async def play(make: Callable[[], NerTuiApp], seed: int, keys: int) -> Report:
    """Strike keys until there were so many; the app is started anew whenever one has ended it.

    Raises:
        AssertionError: The screen and the disk differ, or a burst hangs.
        Exception: What ended the app.
    """
    dice, report = random.Random(seed), Report()
    while report.keys < keys:
        app = make()
        async with app.run_test(size=(80, 24)) as pilot:
            await _loaded(app)
            while report.keys < keys and app.is_running and not app._exit:
                await _burst(app, pilot, dice, report)
    return report


async def _burst(app: NerTuiApp, pilot: Pilot[None], dice: random.Random, report: Report) -> None:
    if dice.random() < 0.15:
        some = dice.choice([*SIZES, (dice.randint(1, 300), dice.randint(1, 80))])
        await pilot.resize_terminal(*some)
    struck = [dice.choice(dice.choice([LETTERS, LETTERS, MOVES, OTHERS])) for _ in range(dice.randint(1, 12))]
    if dice.random() < 0.4:
        struck.insert(0, dice.choice(OPENERS))
    if dice.random() < 0.2:
        struck += [struck[-1]] * dice.randint(1, 8)  # held down
    report.keys += len(struck)
    parser = XTermParser()
    for message in [*parser.feed("".join(struck)), *parser.feed("")]:
        assert app._driver is not None
        app._driver.send_message(message)
    begin = time.monotonic()
    await asyncio.sleep(0.01)
    while app._taking is not None and not app._taking.done():
        assert time.monotonic() - begin < HANGS, f"{struck!r} hangs"
        report.screens |= {type(screen).__name__ for screen in app.screen_stack}
        await asyncio.sleep(0.01)
    if app._exception is not None:
        raise AssertionError(f"{struck!r} ended the app") from app._exception
    file = app.walk.workspace.session_file
    if app.walk.path.steps or file.exists():
        kept, lost = Path.from_dict(app.walk.chart, json.loads(file.read_text())["path"])
        assert not lost
        assert kept.to_dict() == app.walk.path.to_dict(), f"{struck!r}: an answer is not on disk"
        report.answers = max(report.answers, len(kept.steps))


async def _loaded(app: NerTuiApp) -> None:
    view = app.main.metrics.data_view
    async with asyncio.timeout(60):
        while not view.is_mounted or not view.loaded:  # noqa: ASYNC110 - the app has no event for it
            await asyncio.sleep(0.02)
