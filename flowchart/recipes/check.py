"""Reads a dataset and says what is in it: the funnel, the labels, and every finding."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowchart.data_settings import ROWS, SPACY
from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.tokens import Tokenizer
from flowchart.runs.versions import versions
from flowchart.training.settings import Settings
from flowchart.training.tokenizing import tokenizer_of
from flowchart.workspace import Workspace

if TYPE_CHECKING:
    from flowchart.runs.folder import Run
    from flowchart.runs.reporter import Reporter

FINDINGS = "findings.jsonl"
"""The file in the run's folder with one finding a line."""


def run(run: Run, report: Reporter) -> dict[str, Any]:
    """Check the dataset named in a run's settings.

    Settings: `train` and `eval` (lists of files), `lang`, `eval_split`, `seed`, `fix`, `tokens`, `group_by`,
    and what
    decides the tokenizer of a training: `base_model`, `config`, `overrides`. Data that no model could be
    trained on is still checked as far as it goes: its findings say why. Without evaluation files the set that
    the workspace has saved for the data is held out; the first check or training splits it off and saves it.

    Args:
        run: The run; all findings go to `findings.jsonl` in its folder.
        report: Told the progress: "read" in bytes, then "align" in texts.

    Returns:
        The result: counts, labels, funnel, a summary of the findings, files, hashes, versions.

    Raises:
        UserError: The data cannot be read at all, nothing in it was accepted, it has no spans, or the saved
            evaluation set is damaged.
    """
    began = time.perf_counter()
    _, result = check(run, report)
    return {**result, "seconds": round(time.perf_counter() - began, 3), "versions": versions()}


def check(run: Run, report: Reporter, tokenizer: Tokenizer | None = None) -> tuple[Corpus, dict[str, Any]]:
    """Return the dataset named in a run's settings, and what is in it; its findings are written.

    Args:
        run: The run.
        report: Told the progress.
        tokenizer: What cuts the texts; None for what the settings say.

    Raises:
        UserError: As for `run`.
    """
    settings = run.settings
    tokenizer = tokenizer or tokenizer_of(Settings.read(settings))
    fix = bool(settings.get("fix"))
    eval_split = float(settings.get("eval_split", 0.2))
    seed = int(settings.get("seed", 0))
    group_by = str(settings.get("group_by") or "")
    with FindingLog(run.folder / FINDINGS) as findings:
        corpus = prepare(
            [Path(file) for file in settings.get("train", ())],
            [Path(file) for file in settings.get("eval", ())],
            lang=tokenizer.lang,
            eval_split=eval_split,
            seed=seed,
            progress=report.progress,
            findings=findings,
            trainable=False,
            eval_sets=Workspace(run.folder.parent.parent).eval_sets,
            tokenizer=tokenizer,
            fix=fix,
            group_by=group_by,
        )
    return corpus, {
        **corpus.to_dict(),
        "findings": {"total": findings.total, "kinds": findings.summary(), "file": FINDINGS},
        "seed": seed,
        "eval_split": eval_split,
        "lang": tokenizer.lang,
        "fix": fix,
        "tokens": ROWS if tokenizer.rows else SPACY,
        "base_model": settings.get("base_model") or None,
        "config": settings.get("config") or None,
        "group_by": group_by,
    }
