"""Finds out from the data what the chart's questions are answered from, but for what takes a training."""

from __future__ import annotations

import importlib
import random
import time
import traceback
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowchart.dataset.corpus import Corpus, Document
from flowchart.errors import UserError
from flowchart.measures import FACTS, ON_REQUEST, Fact
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog
from flowchart.measures.time_limit import TimeIsUpError, time_limit
from flowchart.recipes.check import check
from flowchart.runs.versions import versions
from flowchart.text import one_line
from flowchart.training.settings import Settings
from flowchart.training.tokenizing import tokenizer_of

if TYPE_CHECKING:
    from flowchart.runs.folder import Run
    from flowchart.runs.reporter import Reporter


MOST_TEXTS = 20_000
"""Texts of either side looked at; of more, so many are drawn. Tokenised texts are what takes the memory."""

LONGEST_ERROR = 300
"""Cells of an error that nobody has foreseen."""


def run(run: Run, report: Reporter) -> dict[str, Any]:
    """Measure the facts about the dataset named in a run's settings.

    Settings: those of check, `out_of_fold` and the like (`ON_REQUEST`), and `patterns` (a file), `models`
    (trained pipelines, names or folders) and `label_map` (the data's label for a pipeline's label). Each fact
    is told in an event `fact` as soon as it is there; one that cannot be found out says so in its `error`,
    and the others go on.

    Args:
        run: The run; each fact's rows go to `rows-NAME.jsonl` in its folder, findings to `findings.jsonl`.
        report: Told the progress, and each fact.

    Returns:
        The result: the facts by name (one that could not be found out has its `error`, and in `refused` the
        setting whose file is the cause, if one is; others have `drawn`, the texts looked at and all, of
        "training" and "evaluation", where not all were), what check returns of the same data, and the rows'
        groups by fact.

    Raises:
        UserError: The data cannot be read, or has nothing to measure.
    """
    began = time.perf_counter()
    settings = run.settings
    tokenizer = tokenizer_of(Settings.read(settings))
    corpus, checked = check(run, report, tokenizer)
    patterns = settings.get("patterns")
    whole = Material(
        corpus=corpus,
        files=[file.path for file in corpus.files]
        + ([corpus.eval_file] if corpus.eval_source != "file" else []),
        lang=checked["lang"],
        seed=checked["seed"],
        patterns=Path(str(patterns)) if patterns else None,
        models=[str(name) for name in settings.get("models") or ()],
        label_map={str(own): str(data) for own, data in (settings.get("label_map") or {}).items()},
        folder=run.folder,
        findings=checked["findings"]["kinds"],
        tokenizer=tokenizer,
    )
    some = _bounded(corpus, checked["seed"])
    material = replace(whole, corpus=some)
    sides = (("training", some.train, corpus.train), ("evaluation", some.eval, corpus.eval))
    drawn = {side: [len(here), len(there)] for side, here, there in sides if len(here) < len(there)}
    facts: dict[str, Any] = {}
    rows: dict[str, Any] = {}
    wanted = {**FACTS, **{name: fact for name, fact in ON_REQUEST.items() if settings.get(name)}}
    for number, (name, fact) in enumerate(wanted.items()):
        report.progress("measure", number, len(wanted), fact.doing)
        facts[name], found = _find_out(name, fact, whole if fact.whole else material)
        if drawn and not fact.whole:
            facts[name]["drawn"] = drawn
        if fact.continues:
            known = rows[fact.continues]
            known["total"] += found["total"]
            known["kinds"] += found["kinds"]
        else:
            rows[name] = found
        report.offer("fact", name=name, fact=facts[name])
    report.progress("measure", len(wanted), len(wanted), "measured")
    return {
        "facts": facts,
        "rows": rows,
        "check": checked,
        "content_hash": corpus.content_hash,
        "eval_source": corpus.eval_source,
        "eval_file": corpus.eval_file,
        "eval_hash": corpus.eval_hash,
        "seconds": round(time.perf_counter() - began, 3),
        "versions": versions(),
    }


def _bounded(corpus: Corpus, seed: int) -> Corpus:
    """Return the corpus with `MOST_TEXTS` texts of either side at most, in their order."""
    return replace(corpus, train=_drawn(corpus.train, seed), eval=_drawn(corpus.eval, seed))


def _drawn(documents: list[Document], seed: int) -> list[Document]:
    count = len(documents)
    if count <= MOST_TEXTS:
        return documents
    return [documents[place] for place in sorted(random.Random(seed).sample(range(count), MOST_TEXTS))]


def _find_out(name: str, fact: Fact, material: Material) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a fact and the summary of its rows."""
    began = time.perf_counter()
    file = material.folder / f"rows-{fact.continues or name}.jsonl"
    with RowLog(file, material.files, append=bool(fact.continues)) as log:
        try:
            measure = importlib.import_module(fact.module).measure
            with time_limit(fact.most_seconds[0]) if fact.most_seconds else nullcontext():
                found = measure(material, log)
        except TimeIsUpError as error:
            assert fact.most_seconds
            why = error.explain()
            found = {"error": fact.most_seconds[1] + (f" ({why})" if why else "")}
        except UserError as error:
            found = {"error": str(error), **({"refused": error.refuses} if error.refuses else {})}
        except Exception as error:  # of whatever kind: the other facts go on, and the log has all of it
            traceback.print_exc()
            found = {"error": one_line(f"{type(error).__name__}: {error}", LONGEST_ERROR)}
    return {**found, "seconds": round(time.perf_counter() - began, 2)}, log.summary()
