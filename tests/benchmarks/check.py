"""How long `ner-tui check` takes and how much memory, from 10,000 rows to a million.

    python -m tests.benchmarks.check [ROWS ...]

The rows are the demo generator's, a fifth of them the evaluation set, seed 7: texts of one grammar; many
shingles are in thousands of texts, and a quarter of the evaluation texts is nearly the same as a training
text. The command is the installed one in a new workspace; memory is what all its processes have together.
Texts are made first, into a temporary folder: half a gigabyte, and two minutes, for a million.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from flowchart.demo.__main__ import main as make

ROWS = (10_000, 30_000, 100_000, 300_000, 1_000_000)
PROC = Path("/proc")


def processes(root: int) -> list[int]:
    """Return a process and all that descend from it; it alone where there is no /proc."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [root]
    for each in found:
        found += children.get(each, ())
    return found


def memory(root: int) -> int:
    """Return the resident memory, in bytes, of a process and all that descend from it."""
    pages = 0
    for each in processes(root):
        try:
            pages += int((PROC / str(each) / "statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")


def measured(folder: Path, out: IO[bytes]) -> tuple[float, int]:
    """Check the data in a folder; return the seconds, and the most memory in bytes."""
    began, peak = time.perf_counter(), 0
    command = [str(Path(sys.executable).with_name("ner-tui")), "check", str(folder / "train.jsonl")]
    command += ["--eval", str(folder / "eval.jsonl"), "--workspace", str(folder / "workspace"), "--json"]
    with subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
    return time.perf_counter() - began, peak


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each number of rows and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.check", description=__doc__)
    parser.add_argument("rows", metavar="ROWS", nargs="*", type=int, default=ROWS)
    print(f"{'rows':>11}{'seconds':>10}{'rows/s':>10}{'peak MB':>10}{'known':>9}  load", flush=True)
    for rows in parser.parse_args(argv).rows:
        with tempfile.TemporaryDirectory() as place, (Path(place) / "result.json").open("w+b") as out:
            stdout, sys.stdout = sys.stdout, sys.stderr
            try:
                make(["--texts", str(rows), "--seed", "7", "-o", place])
            finally:
                sys.stdout = stdout
            seconds, peak = measured(Path(place), out)
            out.seek(0)
            leakage = json.load(out)["leakage"]
        known = leakage["exact"] + leakage["near"]
        print(
            f"{rows:11,}{seconds:10.1f}{rows / seconds:10,.0f}{peak / 1e6:10.0f}{known:9,}"
            f"  {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
