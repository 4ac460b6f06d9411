"""The baseline's scores on unseen texts, kept beside this file: they do not depend on this project's code.

    python -m tests.benchmarks.curve.baseline --data fashion_brands drugs ncbi_disease wnut17 --seeds 0 1

The baseline is what a user does without this project: `spacy init config -p ner -o efficiency`, unchanged
but for the seed, and `spacy train` four times in a row. The model is the best on the dev texts, as spaCy
keeps it; F is that model's on texts that it was not selected by. A cell takes a quarter of an hour of an
idle core, or more;
those that are kept already are not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import DocBin
from spacy.training import Example

from flowchart.dataset.corpus import prepare
from flowchart.dataset.tokens import Tokenizer
from flowchart.training.corpora import Corpora
from flowchart.training.layout import lay_out
from flowchart.training.settings import Settings
from tests.benchmarks.curve.texts import texts

KEPT = Path(__file__).with_name("baseline.json")
FRACTIONS = ("025", "050", "075", "100")


def main() -> int:
    """Run the cells that are asked for and not kept yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["fashion_brands", "drugs", "ncbi_disease", "wnut17"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    for seed in options.seeds:
        for name in options.data:
            cells = json.loads(options.kept.read_text()) if options.kept.is_file() else {}
            key = f"{name}/{seed}"
            if key in cells:
                continue
            with tempfile.TemporaryDirectory() as place:
                cell = _cell(name, seed, Path(place))
            cells = json.loads(options.kept.read_text()) if options.kept.is_file() else {}
            cells[key] = cell
            options.kept.write_text(json.dumps(cells, indent=1) + "\n")
            print(key, cell, flush=True)
    return 0


def _cell(name: str, seed: int, place: Path) -> dict[str, Any]:
    files = texts(name, seed, place)
    corpus = prepare([files.train], [files.dev], seed=seed)
    settings = Settings((files.train,), (files.dev,), seed=seed)
    points, dev = lay_out(place, corpus, settings, lambda *_: None, Tokenizer.of("en"))
    test = test_texts(files.test, place)
    cell = train_all(
        {point.folder.name: point.folder / "train.spacy" for point in points}, dev.file, seed, place
    )
    del cell["walls"]  # of whatever else the machine did: times are compared in a pair alone
    cell["docs"] = [point.docs for point in points]
    cell["f"] = [f_on(place / f"baseline-{fraction}" / "model-best", test) for fraction in FRACTIONS]
    return cell


def test_texts(file: Path, place: Path) -> Path:
    """Write the unseen texts as spaCy reads them."""
    corpus = prepare([file], [file])
    return Corpora(Tokenizer.of("en")).write(corpus.eval, place / "test.spacy").file


def train_all(train: dict[str, Path], dev: Path, seed: int, place: Path) -> dict[str, Any]:
    """Train with spaCy's own settings on each fraction's texts.

    Returns:
        Wall and processor time in seconds, and F on the texts that each model was selected by.
    """
    config = place / "efficiency.cfg"
    _spacy("init", "config", config, "-p", "ner", "-o", "efficiency")
    selected, walls, cpus = [], [], []
    for fraction in FRACTIONS:
        output = place / f"baseline-{fraction}"
        began, work = time.perf_counter(), os.times()
        _spacy(
            *("train", config, "--system.seed", str(seed), "--output", output),
            *("--paths.train", train[fraction], "--paths.dev", dev),
        )
        walls.append(round(time.perf_counter() - began, 1))
        done = os.times()
        cpus.append(
            round(done.children_user - work.children_user + done.children_system - work.children_system, 1)
        )
        meta = json.loads((output / "model-best" / "meta.json").read_text())
        selected.append(meta["performance"]["ents_f"])
    return {"f_selected": selected, "walls": walls, "cpus": cpus}


def f_on(model: Path, test: Path) -> float:
    """Return F of a model on texts with spans."""
    nlp = spacy.load(model)
    gold = list(DocBin().from_disk(test).get_docs(nlp.vocab))
    scores = nlp.evaluate([Example(nlp.make_doc(doc.text), doc) for doc in gold])
    return float(scores["ents_f"] or 0.0)


def _spacy(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "spacy", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)


if __name__ == "__main__":
    sys.exit(main())
