"""How long a large export takes to load, and how much memory: run with `pytest -m benchmark -s`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.task import input_hash

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

COPIES = 40
MAX_RSS_MB = 350
MAX_SECONDS = 30  # measured: under 4 s on one core of 2024; the bound only catches another order of magnitude

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from flowchart.dataset.corpus import prepare
from flowchart.dataset.findings import FindingLog
began = time.perf_counter()
with FindingLog(Path(sys.argv[2])) as log:
    corpus = prepare([Path(sys.argv[1])], findings=log)
status = Path("/proc/self/status")
if status.exists():  # ru_maxrss holds the peak of the process this one was started from, too
    rss = next(int(line.split()[1]) for line in status.open() if line.startswith("VmHWM")) / 1024
else:
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)
print(json.dumps({"seconds": time.perf_counter() - began, "rss_mb": rss, "rows": corpus.files[0].rows,
                  "documents": corpus.funnel[4].documents, "spans": corpus.funnel[4].spans}))
"""


def _export() -> Iterator[dict[str, Any]]:
    """Yield a real Prodigy export, or rows of its shape and size when it is not here."""
    shared = Path(os.environ.get("NER_TUI_SHARED", Path(__file__).parents[3] / "shared"))
    real = shared / "data/ner/fashion_brands/train.jsonl"
    if real.is_file():
        with real.open("rb") as lines:
            yield from map(json.loads, lines)
        return
    for number in range(1235):
        words = [f"word{(number * 7 + index) % 5000}" for index in range(40)]
        tokens, at = [], 0
        for index, word in enumerate(words):
            tokens.append({"text": word, "start": at, "end": at + len(word), "id": index})
            at += len(word) + 1
        spans = [{"start": 0, "end": len(words[0]), "label": "BRAND"}] if number % 4 == 0 else []
        yield {"text": " ".join(words), "tokens": tokens, "spans": spans, "answer": "accept"}


def test_a_large_export_loads_in_bounded_memory(tmp_path: Path) -> None:
    file = tmp_path / "large.jsonl"
    rows = list(_export())
    with file.open("w", encoding="utf-8") as out:
        for copy in range(COPIES):
            for row in rows:
                text = f"{row['text']} #{copy}"
                out.write(json.dumps({**row, "text": text, "_input_hash": input_hash(text)}) + "\n")
    command = [sys.executable, "-c", MEASURE, str(file), str(tmp_path / "findings.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout)
    size = file.stat().st_size / 1e6
    print(f"\n{size:.0f} MB: {measured['seconds']:.1f} s, peak {measured['rss_mb']:.0f} MB")
    assert measured["rows"] == measured["documents"] == COPIES * len(rows)
    assert measured["rss_mb"] < MAX_RSS_MB
    assert measured["seconds"] < MAX_SECONDS
