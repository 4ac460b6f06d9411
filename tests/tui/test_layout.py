"""The panes at the sizes that people have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.events import Key

from tests.tui.conftest import screen_text, wait_until
from tui.app import NerTuiApp
from tui.screens.layout import Layout, choose_layout
from tui.widgets.plain import Plain

MakeApp = Callable[..., NerTuiApp]


@pytest.mark.parametrize(
    ("width", "height", "layout"),
    [
        (160, 50, Layout.COLUMNS),
        (100, 30, Layout.COLUMNS),
        (99, 30, Layout.SINGLE),
        (80, 24, Layout.SINGLE),
        (160, 20, Layout.SINGLE),
        (60, 15, Layout.SINGLE),
        (59, 15, Layout.TOO_SMALL),
        (60, 14, Layout.TOO_SMALL),
    ],
)
def test_the_arrangement_for_a_size(width: int, height: int, layout: Layout) -> None:
    assert choose_layout(width, height) is layout


async def test_three_panes_side_by_side(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert all(
            app.main.query_one(f"#{pane}").size.width > 30 for pane in ("flowchart", "question", "metrics")
        )


async def test_one_pane_at_a_time_with_tabs(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, pane in (("2", "question"), ("3", "metrics"), ("1", "flowchart")):
            await pilot.press(key)
            await pilot.pause()
            shown = [
                p for p in ("flowchart", "question", "metrics") if app.main.query_one(f"#{p}").size.width > 0
            ]
            assert shown == [pane]
            assert app.main.query_one(f"#{pane}").outer_size.width == 80
            assert "1 Flowchart" in screen_text(app)


async def test_zoom_and_back(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("2", "z")
        await pilot.pause()
        assert app.main.question.outer_size.width == 160
        assert app.main.tree_pane.size.width == 0
        await pilot.press("z")
        await pilot.pause()
        assert app.main.tree_pane.size.width > 0


async def test_a_small_terminal_gets_a_message_and_comes_back(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y")
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert "60x15" in screen_text(app)
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert "60x15" not in screen_text(app)
        assert app.walk.path.current.id == "rules.can_write"


@pytest.mark.parametrize("width", [60, 80, 100, 160])
async def test_the_footer_fits_and_keeps_the_way_to_help(make_app: MakeApp, width: int) -> None:
    app = make_app()
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press("y")
        await pilot.pause()
        footer = screen_text(app).splitlines()[-1]
        assert cell_len(footer.rstrip()) <= width
        assert "? Help" in footer
        assert "y Yes" in footer


async def test_ascii_means_ascii(make_app: MakeApp) -> None:
    app = make_app(ascii=True)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y", "n", "n")
        await pilot.pause()
        assert {character for character in screen_text(app) if ord(character) > 127} == set()


async def test_help_holds_the_keys_of_every_screen_wrapped_to_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = app.screen.query_one("#help", Plain).content.plain
        for title in (
            "In the flowchart",
            "In the search",
            "In the findings",
            "In the details",
            "In the runs",
        ):
            assert f"\n{title}\n" in text
        recipe = next(iter(app.walk.chart.recipes.values()))
        start = text.index(f"{recipe.name:>14}  {recipe.description[:20]}")
        second = text[start:].splitlines()[1]
        assert second.startswith(" " * 16)
        assert max(map(cell_len, text.splitlines()[:60])) <= 58


async def test_nothing_is_answered_unseen(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("y", "y", "e", "o", "t", "enter")
        await pilot.pause()
        assert not app.walk.path.steps
        assert app.screen is app.main
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert len(app.walk.path.steps) == 1


async def test_the_line_of_keys_outlives_dialogs_that_close_at_once(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        for _ in range(4):
            for key in ("w", "escape"):
                app._driver.send_message(Key(key, key if len(key) == 1 else None))
            await wait_until(pilot, lambda: not app._typed and app._taking.done() and app.screen is app.main)
        assert "Copy" in screen_text(app).splitlines()[-1]
        await pilot.press("1")
        await pilot.pause()
        assert "Search" in screen_text(app).splitlines()[-1]


async def test_the_line_of_keys_says_what_a_key_does_now(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:

        async def line(*keys: str) -> str:
            await pilot.press(*keys)
            await pilot.pause()
            return screen_text(app).splitlines()[-1]

        assert "enter Look into" in await line("1", "home")
        assert "y enter Go on" in await line("2")
        assert "y enter Show the question  o Open" in await line("3")
        await pilot.press("y")
        assert app.walk.path.current.id == "start"
        assert "y enter Go on" in await line()
        assert "y Yes" in await line("y")
        assert "y Yes" in await line("3", "1", "home")  # its line is in view
        assert "y n Show the question" in await line("end")
        assert "enter Fold" in await line("home", "j", "j")


async def test_another_box_than_the_one_in_hand_is_not_answered_and_says_so(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y", "1", "end", "enter")
        await pilot.press("enter")
        await pilot.pause()
        assert app.walk.path.current.id == "rules.can_write"
        assert "this is another one: . goes back" in " ".join(n.message for n in app._notifications)
