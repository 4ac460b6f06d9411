"""What one more text costs, for the sums of docs/scale.md: run with `pytest -m benchmark -s`.

Each set is measured at two sizes, each in a process of its own: what stands between the two is what the
texts cost, without what the program costs. A copy of a text gets a number of its own, or it would be merged.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowchart.runs.process import environment

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

SETS = ("fashion_brands", "merged_ccby_en")
TEXTS = (10_000, 40_000)
MEMORY = """
def memory():
    import resource, sys
    from pathlib import Path
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.open() if line.startswith("VmHWM")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
"""
LOAD = """
import json, pickle, sys, time
from pathlib import Path
from flowchart.dataset.corpus import prepare
from flowchart.dataset.findings import FindingLog
began, folder = time.process_time(), Path(sys.argv[1])
with FindingLog(folder / "findings.jsonl") as log:
    corpus = prepare([folder / "data.jsonl"], eval_split=0.1, findings=log)
print(json.dumps({"cpu": time.process_time() - began, "bytes": memory()}))
(folder / "documents").write_bytes(pickle.dumps([*corpus.train, *corpus.eval]))
"""
WRITE = """
import json, pickle, sys, time
from pathlib import Path
from flowchart.dataset.tokens import Tokenizer
from flowchart.training.corpora import Corpora
folder = Path(sys.argv[1])
documents = pickle.loads((folder / "documents").read_bytes())
before, began = memory(), time.process_time()
written = Corpora(Tokenizer.of("en")).write(documents, folder / "train.spacy")
print(json.dumps({
    "cpu": time.process_time() - began, "bytes": memory() - before, "texts": written.docs,
    "file": written.file.stat().st_size, "words": written.words,
}))
"""
TRAIN = """
import json, sys, time
from pathlib import Path
import spacy
from spacy.tokens import DocBin
from spacy.training.batchers import minibatch_by_words
from flowchart.training.config import OPS_CODE, make_config
from flowchart.training.schedule import Schedule
from flowchart.training.point import Point, train
from flowchart.training.settings import Settings
STEPS, BATCH = 100, 1000
folder = Path(sys.argv[1])
every = DocBin().from_disk(folder / "train.spacy")
some = list(every.get_docs(spacy.blank("en").vocab))[:200]
batches = list(minibatch_by_words(some, BATCH, discard_oversize=False))
words = sum(map(len, some)) / len(batches)
DocBin(attrs=["ENT_IOB", "ENT_TYPE", "SPACY"], docs=some[:50]).to_disk(folder / "dev.spacy")
texts = [doc.text for doc in some]
del some, batches, every
(folder / "ops.py").write_text(OPS_CODE)
schedule = Schedule(STEPS, 10, BATCH, BATCH, 1.001, STEPS)
make_config(Settings((), ()), 0, schedule).to_disk(folder / "config.cfg", interpolate=False)
told = []
point = Point(folder, folder / "dev.spacy", folder / "ops.py", 1.0, 0, 0, 0, 0, 0, STEPS, 0, "")
train(point, lambda message: told.append((message, time.process_time())))
(first, began), *_ = told
last, ended = [one for one in told if one[0]["ents_f"] is None][-1]
peak = memory()
nlp = spacy.load(folder / "model")
docs = [nlp.make_doc(text) for text in texts * 5]
start = time.process_time()
predicted = sum(map(len, nlp.pipe(docs, batch_size=256))) / (time.process_time() - start)
print(json.dumps({
    "words_a_second": words * (last["step"] - first["step"]) / (ended - began), "bytes": peak,
    "predicted": predicted,
    "model": sum(file.stat().st_size for file in (folder / "model").rglob("*") if file.is_file()),
}))
"""


def _rows(shared: Path, name: str, count: int) -> list[dict[str, Any]]:
    file = next((shared / "ner" / name).glob("train.jsonl*"))
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        {**rows[number % len(rows)], "text": f"{rows[number % len(rows)]['text']} #{number}"}
        for number in range(count)
    ]


def _measured(code: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", MEMORY + code, str(folder)],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", SETS)
def test_what_a_text_costs(shared_data: Path, tmp_path: Path, name: str) -> None:
    found: list[dict[str, dict[str, Any]]] = []
    for count in TEXTS:
        folder = tmp_path / str(count)
        folder.mkdir()
        with (folder / "data.jsonl").open("w", encoding="utf-8") as out:
            for row in _rows(shared_data, name, count):
                row.pop("_input_hash", None)
                out.write(json.dumps(row) + "\n")
        size = (folder / "data.jsonl").stat().st_size
        found.append({"load": _measured(LOAD, folder), "write": _measured(WRITE, folder)})
        found[-1]["train"] = _measured(TRAIN, folder)
        found[-1]["data"] = {"bytes": size}
        assert found[-1]["write"]["texts"] == count
    small, large = found

    def each(stage: str, key: str) -> float:
        return float(large[stage][key] - small[stage][key]) / (TEXTS[1] - TEXTS[0])

    print(f"\n{name}, per text, between {TEXTS[0]:,} and {TEXTS[1]:,} texts (load {os.getloadavg()[0]:.1f}):")
    print(f"  words                        {each('write', 'words'):8.1f}")
    print(f"  JSONL                        {each('data', 'bytes'):8.0f} bytes")
    print(f"  .spacy                       {each('write', 'file'):8.0f} bytes")
    print(f"  loading: CPU                 {1e6 * each('load', 'cpu'):8.0f} µs")
    print(f"  loading: memory              {each('load', 'bytes'):8.0f} bytes")
    print(f"  writing .spacy: CPU          {1e6 * each('write', 'cpu'):8.0f} µs")
    print(f"  writing .spacy: memory       {each('write', 'bytes'):8.0f} bytes")
    print(f"  training: memory             {each('train', 'bytes'):8.0f} bytes")
    alone = small["train"]["bytes"] - TEXTS[0] * each("train", "bytes")
    model = large["train"]["model"]
    print(f"a training apart from its texts: {alone / 1e6:.0f} MB; its model: {model / 1e6:.1f} MB")
    rates = [one["train"]["words_a_second"] for one in found]
    predicted = max(one["train"]["predicted"] for one in found)
    print(f"predicting: {predicted:,.0f} words a CPU second")
    print(f"training in steps of 1,000 words: {min(rates):,.0f} to {max(rates):,.0f} words a CPU second")
