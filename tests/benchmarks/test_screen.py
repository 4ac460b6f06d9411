"""How quick the screen is: its start beside a bare interpreter and a bare Textual app, keys in training.

    .venv/bin/python -m pytest -m benchmark -s tests/benchmarks/test_screen.py

Sides that are compared run in turn, A B A B, in one process after the other; medians and ratios are printed,
because a shared machine drifts. The bars stand in the assertions.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pexpect
import pytest

from flowchart import demo
from tests.end_to_end.terminal import NER_TUI, Terminal, clean_environment

pytestmark = pytest.mark.benchmark

ROUNDS = 9
BARE_TEXTUAL = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("READY")
Bare().run()
"""


def seconds_of(command: Sequence[str | Path]) -> float:
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return time.perf_counter() - start


def first_frame(command: Sequence[str | Path], marker: bytes, home: Path) -> float:
    """Seconds from the start of a process in a pty to the first frame that shows the marker."""
    start = time.perf_counter()
    program, *arguments = [str(part) for part in command]
    process = pexpect.spawn(
        program, arguments, env=clean_environment(home), cwd=str(home), dimensions=(50, 160)
    )
    raw = b""
    while marker not in raw:
        raw += process.read_nonblocking(65536, timeout=20)
    taken = time.perf_counter() - start
    process.close(force=True)
    return taken


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help(flag: str) -> None:
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(seconds_of([sys.executable, "-c", "pass"]))
        ours.append(seconds_of([NER_TUI, flag]))
    base, own = statistics.median(bare), statistics.median(ours)
    more = own - base
    print(f"\n{flag}: bare {base:.3f} s, ner-tui {own:.3f} s, +{more * 1000:.0f} ms")
    assert more < 0.150


def test_first_frame(tmp_path: Path) -> None:
    bare, ours = [], []
    for number in range(ROUNDS):
        home = tmp_path / str(number)
        home.mkdir()
        bare.append(first_frame([sys.executable, "-c", BARE_TEXTUAL], b"READY", home))
        ours.append(first_frame([NER_TUI, "demo"], b"Flowchart start", home))
    base, own = statistics.median(bare), statistics.median(ours)
    ratio = own / base
    print(f"\nfirst frame: bare Textual {base:.3f} s, ner-tui {own:.3f} s, x{ratio:.2f}")
    assert ratio < 1.5


def highlighted(there: Terminal) -> tuple[object, ...]:
    """The background down some columns of the tree: it tells where its cursor is."""
    buffer = there._screen.buffer
    return tuple(buffer[line][column].bg for line in range(there._screen.lines) for column in (5, 8, 11))


@pytest.mark.timeout(300)
def test_keys_while_both_cores_train(tmp_path: Path) -> None:
    train, evaluation = demo.files()
    there = Terminal(
        [NER_TUI, train, "--eval", evaluation],
        env=clean_environment(tmp_path),
        cwd=tmp_path,
        columns=160,
        lines=50,
    )
    there.wait_for(r"aligned +[\d,]+", 60)
    there.press("t")
    there.wait_for("Trainings a point")
    there.press("enter")
    there.wait_for(r"steps.*loss", 90)
    there.process.delaybeforesend = None  # pexpect waits 50 ms before each key, for programs that flush
    taken = []
    keys = ["j"] * 25 + ["k"] * 25
    there.press("1")
    while len(taken) < 200 and "training" in there.text:
        there.read(0.1)
        before = highlighted(there)
        start = time.perf_counter()
        there.process.send(keys[len(taken) % len(keys)])
        while highlighted(there) == before:  # a progress bar paints too, and is not the answer to the key
            there.process.expect(rb"[\s\S]+", timeout=5)
            arrived = time.perf_counter()
            there._stream.feed(there.process.match.group(0))
        taken.append(arrived - start)
    there.close()
    milliseconds = sorted(1000 * value for value in taken)
    p50, p95 = (milliseconds[int(share * (len(milliseconds) - 1))] for share in (0.5, 0.95))
    most = milliseconds[-1]
    print(f"\n{len(taken)} keys while training: p50 {p50:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms")
    assert len(taken) >= 60
    assert p95 <= 50
