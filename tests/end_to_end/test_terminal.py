"""The installed command in a real terminal, as somebody would use it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widget import MountError

from flowchart.walk import Walk
from flowchart.workspace import Workspace
from tests.end_to_end.terminal import NER_TUI, Terminal, clean_environment
from tests.tui.conftest import write_rows
from tui.app import NerTuiApp
from tui.options import Options

Start = Callable[..., Terminal]

HOSTILE = "\x1b]52;c;aGFja2Vk\x07 \x1b[31mred \x9b2J [bold]x[/bold] [/nope] [@click=app.quit]go[/] \u202eevil"


def test_walk_train_export_quit(terminal: Start, home: Path, data: Path) -> None:
    there = terminal(data, measure=True)
    there.wait_for("Flowchart start")
    there.press("y", "2")
    there.wait_for("It suggests (YES|NO|CAN'T TELL)", 60)
    there.press("n", "n")
    there.wait_for("Train a new model from scratch")
    there.press("3")
    there.wait_for("aligned +120")
    there.press("t")
    there.wait_for("Trainings a point")
    there.press("\x7f", "2", *["tab"] * 4, "training.max_steps=30", "enter")
    there.wait_for("train-curve finished", 90)
    there.wait_for(r"100 +\d+ +\d+\.\d")
    there.press("e", "f")
    there.wait_for("Export to a file")
    there.press("enter")
    there.wait_for("Written to")
    there.press("q")
    assert there.wait_for_end() == 0
    report = (home / "ner-flowchart-report.md").read_text()
    assert "Is there an NER model available for your use-case?" in report
    assert "```mermaid" in report
    assert b"\x1b[?1049l" in there.raw  # the terminal is as it was


def test_coming_back_to_the_same_place(terminal: Start, data: Path) -> None:
    there = terminal(data)
    there.wait_for("Flowchart start")
    there.press("y", "n")
    there.press("q")
    assert there.wait_for_end() == 0
    again = terminal()
    again.press("2")
    again.wait_for("Is there an NER model available")
    again.press("3")
    again.wait_for("aligned +120")


def test_kill_9_loses_no_answer(terminal: Start, data: Path) -> None:
    there = terminal(data)
    there.wait_for("Flowchart start")
    there.press("y", "n")
    there.press("2")
    there.wait_for("Is there an NER model available")  # the next box is on the screen: the answer is on disk
    there.process.kill(signal.SIGKILL)
    assert there.wait_for_end() == 128 + signal.SIGKILL
    again = terminal()
    again.press("2")
    again.wait_for("Is there an NER model available")


def test_told_to_end_it_leaves_the_terminal_as_it_was(terminal: Start, data: Path) -> None:
    there = terminal(data)
    there.wait_for("Flowchart start")
    there.process.kill(signal.SIGTERM)
    assert there.wait_for_end() == 128 + signal.SIGTERM
    assert b"\x1b[?1049l" in there.raw


async def test_an_error_on_the_way_out_changes_nothing(tmp_path: Path) -> None:
    """The views are mounted after the first frame: told to end just then, the mount fails."""
    app = NerTuiApp(Options(workspace=Workspace(tmp_path)), Walk(Workspace(tmp_path)))
    async with app.run_test():
        app.exit(return_code=128 + signal.SIGTERM)
        app._handle_exception(MountError("too late"))
    assert app.return_code == 128 + signal.SIGTERM


def test_a_second_app_in_the_workspace_is_told_so(terminal: Start, data: Path) -> None:
    there = terminal(data)
    there.wait_for("Flowchart start")
    second = terminal()
    second.wait_for("open in another ner-tui")
    assert second.wait_for_end() == 2


def test_nothing_from_data_reaches_the_terminal(terminal: Start, home: Path) -> None:
    tasks = [
        {
            "text": f"{HOSTILE} number {number}",
            "spans": [{"start": 0, "end": 4, "label": HOSTILE}],
            "answer": answer,
        }
        for number, answer in enumerate(["accept"] * 30 + ["reject"] * 3)
    ]
    file = write_rows(home / "[bold]odd[@click=app.quit].jsonl", tasks)
    there = terminal(file, columns=160, lines=50)
    there.wait_for("aligned +30")
    there.press("f")
    there.wait_for("Kinds")
    there.press("down", "tab", "enter")
    there.wait_for(r"\[bold\]odd\[@click=app.quit\]")
    there.press("q")
    there.wait_for("Kinds")
    there.press("q")
    there.wait_for("Flowchart start")
    there.read(0.5)  # a key that closed a screen, still held down, does not quit
    there.press("q")
    assert there.wait_for_end() == 0
    for bad in (b"\x1b]52", b"\x1b[31mred", "\x9b".encode(), "\u202e".encode()):
        assert bad not in there.raw


def test_broken_data_leaves_the_rest_usable(terminal: Start, home: Path) -> None:
    bad = home / "bad.jsonl"
    bad.write_bytes(bytes(range(256)) * 16)
    there = terminal(bad)
    there.press("3")
    there.wait_for("Press o to open another file")
    assert "Traceback" not in there.text
    there.press("2")
    there.wait_for("In hand")
    there.press("y", "n")
    there.wait_for("Is there an NER model available")
    there.press("q")
    assert there.wait_for_end() == 0


def test_resizing_to_and_fro(terminal: Start, data: Path) -> None:
    there = terminal(data, columns=160, lines=50)
    there.wait_for("Flowchart start")
    for lines, columns in ((24, 80), (10, 40), (30, 100), (50, 160), (15, 60)):
        there.process.setwinsize(lines, columns)
        there._screen.resize(lines, columns)
        there.read(0.5)
    there.wait_for("1 Flowchart")
    assert there.process.isalive()


def test_without_a_terminal_it_reports(home: Path, data: Path) -> None:
    done = subprocess.run(
        [NER_TUI, data, "--n-samples", "1"],
        env=clean_environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "aligned" in done.stdout
    assert "100" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_run_folder_tells_the_whole_story(terminal: Start, home: Path, data: Path) -> None:
    there = terminal(data)
    there.press("3")
    there.wait_for("aligned +120")
    there.press("q")
    there.wait_for_end()
    runs = sorted((home / ".ner-tui" / "runs").glob("*-check-*"))
    assert len(runs) == 1
    asked = json.loads((runs[0] / "run.json").read_text())
    assert asked["recipe"] == "check"
    events = [json.loads(line) for line in (runs[0] / "events.jsonl").read_text().splitlines()]
    assert events[-1]["event"] == "end"
    assert events[-1]["status"] == "finished"
    assert not list(runs[0].glob("*.tmp"))


def test_keys_that_come_at_a_time_are_taken_in_their_order(terminal: Start, data: Path) -> None:
    there = terminal(data)
    there.press("3")
    there.wait_for("aligned +120")
    there.press("t")
    there.wait_for("Trainings a point")
    there.process.send("\x7f2\t\x7f5\t70")  # in one piece, as over a slow line
    there.wait_for(r"texts +│\n[^\n]* 2 ")
    there.wait_for(r"another seed +│\n[^\n]* 5 ")
    there.wait_for(r"none\) +│\n[^\n]* 70 ")


def colours(raw: bytes) -> tuple[set[str], set[str]]:
    """The foregrounds and backgrounds that were asked for: 2;R;G;B, 5;N or one of the 16 as 30 to 107."""
    found: tuple[set[str], set[str]] = (set(), set())
    for sequence in re.findall(rb"\x1b\[([0-9;]*)m", raw):
        codes = sequence.decode().split(";")
        while codes:
            code = codes.pop(0)
            if code in ("38", "48"):
                length = 4 if codes[0] == "2" else 2
                found[code == "48"].add(";".join(codes[:length]))
                del codes[:length]
            elif code.isdigit() and 30 <= int(code) <= 107 and code not in ("39", "49"):
                found[40 <= int(code) < 50 or int(code) >= 100].add(code)
    return found


def shown_with(terminal: Start, data: Path, term: str) -> tuple[set[str], set[str]]:
    there = terminal(data, env={"TERM": term})
    there.wait_for("Flowchart start")
    there.press("y", "3")
    there.wait_for("aligned +120")
    there.press("q")
    there.wait_for_end()
    return colours(there.raw)


def test_256_colours_are_greys_and_the_cubes_own(terminal: Start, data: Path) -> None:
    front, back = shown_with(terminal, data, "xterm-256color")
    assert all(colour.startswith("5;") for colour in front | back)
    numbers = {int(colour[2:]) for colour in back}
    assert {234, 235} & numbers
    assert not numbers & {0, 4, 16, 17, 18, 19}  # black and navy


@pytest.mark.parametrize("term", ["xterm-16color", "linux"])
def test_16_colours_are_the_terminals_own(terminal: Start, data: Path, term: str) -> None:
    front, back = shown_with(terminal, data, term)
    assert front
    assert not any(";" in colour for colour in front | back)
    assert "97" not in front  # what the greys of the other theme would come out as
    assert not back & {"44", "104"}  # blue
    assert "90" in front  # the frames of the panes that are not in focus


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_without_escape_codes_gets_none(terminal: Start, data: Path, term: str) -> None:
    there = terminal(data, env={"TERM": term})
    assert there.wait_for_end(60) == 0
    assert b"\x1b" not in there.raw
    assert b"60 texts" in there.raw or b"aligned" in there.raw
