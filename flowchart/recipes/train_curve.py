"""Trains on growing shares of the texts, and says whether the accuracy still goes up at the end."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spacy.util import load_config

from flowchart.dataset.corpus import Corpus, FindingLog, prepare
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.runs.reporter import IncompleteError
from flowchart.runs.versions import versions
from flowchart.training.corpora import Written
from flowchart.training.curve import Curve
from flowchart.training.layout import command, lay_out
from flowchart.training.point import Point, peak_mb
from flowchart.training.pool import train_points
from flowchart.training.settings import Settings
from flowchart.training.tokenizing import tokenizer_of
from flowchart.workspace import Workspace

if TYPE_CHECKING:
    from flowchart.runs.folder import Run
    from flowchart.runs.reporter import Reporter


def run(run: Run, report: Reporter) -> dict[str, Any]:
    """Train a learning curve.

    All points are measured on the same texts. Trainings that an earlier attempt of this run has finished
    are kept.

    Args:
        run: The run; its folder gets dev.spacy, findings.jsonl and points/.
        report: Told the progress, and each point as soon as it is there.

    Returns:
        The result: points, trainings, verdict, forecast, the data's facts, versions, and the commands that
        repeat it.

    Raises:
        UserError: The settings or the data cannot be used.
        IncompleteError: Some trainings failed; the others are in its result.
    """
    began = time.perf_counter()
    settings = Settings.read(run.settings)
    tokenizer = tokenizer_of(settings)
    settings = replace(settings, lang=tokenizer.lang)
    if settings.executor != "local":
        from flowchart.training.cluster import check_cluster

        check_cluster(settings.executor)  # before the data is read, which may take a while
    corpus = _prepare(run, settings, tokenizer, report)
    points, dev = lay_out(
        run.folder,
        corpus,
        settings,
        lambda done, total: report.progress("write", done, total, "writing the subsets"),
        tokenizer,
    )
    facts = {**_facts(corpus, dev, settings), "updates": _updates(points)}
    del corpus  # the trainings read their own files: the memory is theirs
    curve = Curve(points, settings, report)
    _train(curve, settings)
    peaks = [record["peak_mb"] for record in curve.trainings if record.get("peak_mb")]
    result = {
        "points": curve.points,
        "trainings": curve.trainings,
        "missing": [
            {"fraction": point.fraction, "repeat": point.repeat, "message": message}
            for point, message in curve.failed.items()
        ],
        "verdict": curve.verdict,
        "forecast": curve.forecast,
        "seconds": round(time.perf_counter() - began, 2),
        "peak_mb": {"coordinator": peak_mb(), "training": max(peaks, default=None)},
        **facts,
        "commands": [run.command, *(command(point, str(run.info.get("cwd", ""))) for point in points)],
    }
    if curve.failed:
        raise IncompleteError(
            f"{len(curve.failed)} of {len(points)} trainings failed ({_reasons(curve)})", result
        )
    return result


def _prepare(run: Run, settings: Settings, tokenizer: Tokenizer, report: Reporter) -> Corpus:
    with FindingLog(run.folder / "findings.jsonl") as findings:
        corpus = prepare(
            settings.train,
            settings.eval,
            lang=settings.lang,
            eval_split=settings.eval_split,
            seed=settings.seed,
            progress=report.progress,
            findings=findings,
            eval_sets=Workspace(run.folder.parent.parent).eval_sets,
            tokenizer=tokenizer,
            fix=settings.fix,
            group_by=settings.group_by,
        )
    count = len(corpus.train)
    if count < settings.n_samples:
        raise UserError(
            f"{settings.train[0]}: {count} training texts cannot make {settings.n_samples} subsets of "
            f"different size; annotate more or ask for {count} points at most"
        )
    return corpus


def _updates(points: list[Point]) -> bool:
    """Whether the trainings begin with a trained component, not with a blank one."""
    parts = load_config(points[0].folder / "config.cfg", interpolate=False)["components"]
    return any("source" in part for part in parts.values())


def _train(curve: Curve, settings: Settings) -> None:
    if settings.executor == "local":
        train_points(curve.missing, settings.workers, curve.hear)
    else:
        from flowchart.training.cluster import train_points_on

        train_points_on(settings.executor, curve.missing, curve.hear)


def _reasons(curve: Curve) -> str:
    reasons: dict[str, list[str]] = {}
    for point, message in curve.failed.items():
        name = f"{point.fraction:.0%}" + (f" repeat {point.repeat + 1}" if point.repeat else "")
        reasons.setdefault(message, []).append(name)
    return "; ".join(f"{', '.join(which)}: {message}" for message, which in reasons.items())


def _facts(corpus: Corpus, dev: Written, settings: Settings) -> dict[str, Any]:
    facts = corpus.to_dict()
    return {
        "train": {"docs": len(corpus.train), "spans": sum(len(document.spans) for document in corpus.train)},
        "eval": {
            "docs": dev.docs,
            "spans": dev.spans,
            "source": corpus.eval_source,
            "file": corpus.eval_file,
            "hash": corpus.eval_hash,
            "split": settings.eval_split if corpus.eval_source != "file" else None,
        },
        "leakage": facts["leakage"],
        "seed": settings.seed,
        "lang": settings.lang,
        "fix": settings.fix,
        "tokens": settings.tokens,
        "group_by": settings.group_by,
        "n_samples": settings.n_samples,
        "repeats": settings.repeats,
        "target": settings.target,
        "workers": settings.workers,
        "executor": settings.executor,
        "config": str(settings.config) if settings.config else None,
        "overrides": dict(settings.overrides),
        "base_model": settings.base_model or None,
        "labels": facts["labels"],
        "content_hash": facts["content_hash"],
        "files": facts["files"],
        "funnel": facts["funnel"],
        "versions": versions(),
    }
