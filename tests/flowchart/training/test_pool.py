"""A training's process lives as long as the process that it was started from: no longer, and no shorter."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flowchart.runs.process import environment

PARENT = """
import multiprocessing, os, sys, threading, time
from flowchart.training.pool import FORK, end_with

def child(parent, ready):
    end_with(parent)
    ready.send(os.getpid())
    time.sleep(120)

def start():
    context = multiprocessing.get_context("fork" if FORK else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(os.getpid(), theirs), daemon=True)
    process.start()
    children.append((process, ours.recv()))

if __name__ == "__main__":
    children = []
    for _ in range(2):
        thread = threading.Thread(target=start)
        thread.start()
        thread.join()
    start()
    time.sleep(1)
    print(*(pid for process, pid in children if process.is_alive()), flush=True)
    time.sleep(120)
"""


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_child_outlives_the_thread_that_forked_it_and_not_the_process(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    command = [sys.executable, str(tmp_path / "parent.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as parent:
        assert parent.stdout is not None
        try:
            children = [int(pid) for pid in parent.stdout.readline().split()]
            assert len(children) == 3
            assert all(map(lives, children))
        finally:
            parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(map(lives, children)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
