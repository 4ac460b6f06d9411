"""Walking the chart by keyboard: every key does what the footer says, and what is answered is on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.tui.conftest import screen_text, wait_until
from tui.app import NerTuiApp
from tui.panes.tree import FlowchartTree

MakeApp = Callable[..., NerTuiApp]


def current(app: NerTuiApp) -> str:
    return app.walk.path.current.id


def looks_at(tree: FlowchartTree) -> str:
    line = tree.cursor_node
    return line.data.looks_at if line is not None and line.data is not None else ""


async def test_answers_walk_the_chart(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y")
        assert current(app) == "rules.can_write"
        await pilot.press("n", "n")
        assert current(app) == "scratch.enter"
        await pilot.pause()
        assert "Train a new model from scratch" in screen_text(app)


async def test_an_answer_is_on_disk_before_the_next_question(make_app: MakeApp, workspace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y", "n")
        kept = json.loads((workspace / "session.json").read_text())["path"]
        assert [step["answer"] for step in kept["steps"]] == ["next", "no"]


async def test_n_does_nothing_where_nothing_is_asked(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("n")
        assert current(app) == "start"


async def test_undo_goes_back_to_the_start_and_across_restarts(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y", "n", "n", "y")
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        assert current(app) == "scratch.raw"
        await pilot.press("u", "u")
        assert current(app) == "route.model_available"
        await pilot.press("u", "u", "u", "u")
        assert current(app) == "start"


async def test_a_loop_goes_round_as_often_as_wanted(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y", "n", "n", "y", "y")
        for round_number in range(1, 4):
            assert current(app) == "scratch.ner_manual"
            assert app.walk.path.rounds("scratch.ner_manual") == round_number
            await pilot.press("y", "y", "n", "n", "y")  # ner.manual, train, not happy, not enough, collect
        await pilot.pause()
        assert "round 4" in screen_text(app)


async def test_looking_ahead_never_answers(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y")
        await pilot.press("/", *"spancat", "enter")
        await pilot.pause()
        assert app.main.question.looking_elsewhere
        await pilot.press("y")
        assert current(app) == "rules.can_write"
        assert not app.main.question.looking_elsewhere
        await pilot.press("y")
        assert current(app) == "rules.accurate"


async def test_search_marks_and_steps_through_the_boxes(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("/", *"happy")
        assert len(app.main.tree_pane._found) == 3
        await pilot.pause()
        assert "enter Look into" in screen_text(app).splitlines()[-1]
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert app.main.question.node is not None
        assert app.main.question.node.id == "add.happy"
        await pilot.press("full_stop")
        await pilot.press("/", *"no such words")
        await pilot.pause()
        assert "nothing found" in screen_text(app)
        await pilot.press("escape")
        assert app.focused is app.main.tree_pane.tree_view


async def test_a_search_given_up_goes_back_to_where_it_began(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        tree = app.main.tree_pane.tree_view
        await pilot.press("y", "/", *"outcome")
        await pilot.pause()
        assert looks_at(tree) == "outcome.export"
        await pilot.press("escape")
        await pilot.pause()
        assert looks_at(tree) == "rules.can_write"


async def test_letters_typed_into_the_search_are_no_answers(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("/", "y", "n", "u", "q", "z")
        assert current(app) == "start"
        assert app.is_running


async def test_notes_stay_with_their_steps(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("y", "w")
        await pilot.pause()
        await pilot.press(*"too [bold]many", "enter")
        await wait_until(pilot, lambda: app.walk.path.pending_note != "")
        await pilot.press("n")
        assert app.walk.path.steps[-1].note == "too [bold]many"
        assert app.walk.path.pending_note == ""
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("u")
        await pilot.pause()
        assert app.walk.path.pending_note == "too [bold]many"
        assert "too [bold]many" in screen_text(app)


async def test_folding_by_arrows_and_letters(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        tree = app.main.tree_pane.tree_view
        await pilot.press("G")
        assert tree.cursor_line == tree.last_line
        lines = tree.last_line
        await pilot.press("h", "h")
        assert tree.last_line < lines
        await pilot.press("right")
        assert tree.last_line == lines
        await pilot.press("g", "j", "down", "k")
        assert tree.cursor_line == 1


async def test_tab_and_digits_go_through_the_panes(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("tab")
        assert app.focused is app.main.question
        await pilot.press("3")
        assert app.focused is app.main.metrics.front
        await pilot.press("shift+tab", "shift+tab")
        assert app.focused is app.main.tree_pane.tree_view


async def test_a_path_that_fits_no_longer_is_kept_and_told(make_app: MakeApp, workspace: Path) -> None:
    workspace.mkdir()
    step = {"node": "gone.box", "answer": "yes", "note": "precious", "time": "", "text": ""}
    (workspace / "session.json").write_text(json.dumps({"path": {"steps": [step]}}))
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        assert current(app) == "start"
        await pilot.press("y")
    assert "precious" in (workspace / "session.json").read_text()
