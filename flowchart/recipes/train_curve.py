"""Trains on growing shares of the texts, and says whether the accuracy still goes up at the end."""

from __future__ import annotations

import hashlib
import os
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowchart.dataset.corpus import Corpus, FindingLog, prepare, subset_order
from flowchart.errors import UserError
from flowchart.runs.reporter import IncompleteError
from flowchart.runs.versions import versions
from flowchart.training.config import OPS_CODE, Schedule, make_config
from flowchart.training.corpora import Corpora, Written
from flowchart.training.point import Point, Trained
from flowchart.training.pool import train_points
from flowchart.training.verdict import judge
from flowchart.workspace import write_atomic

if TYPE_CHECKING:
    from flowchart.runs.folder import Run
    from flowchart.runs.reporter import Reporter

MOST_SAMPLES = 20
"""The most points of a curve; more would be a wait without an insight."""

MOST_WORKERS = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run asks for.

    Attributes:
        train: The training files.
        eval: The evaluation files; without any a part of the training texts is split off.
        n_samples: The number of points: 4 trains on 25, 50, 75 and 100% of the texts.
        eval_split: The share split off.
        lang: The spaCy language.
        seed: The seed of the split, the subsets, the training and the bootstrap.
        workers: How many points to train at a time.
    """

    train: tuple[Path, ...]
    eval: tuple[Path, ...]
    n_samples: int
    eval_split: float
    lang: str
    seed: int
    workers: int

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Settings:
        """Return the settings of a run, checked.

        Raises:
            UserError: A value cannot be used.
        """
        return cls(
            tuple(Path(file) for file in settings.get("train", ())),
            tuple(Path(file) for file in settings.get("eval", ())),
            _whole(settings, "n_samples", 4, 1, MOST_SAMPLES),
            float(settings.get("eval_split", 0.2)),
            str(settings.get("lang", "en")),
            _whole(settings, "seed", 0, 0, 2**32 - 1),
            _whole(settings, "workers", 2, 1, MOST_WORKERS),
        )


def _whole(settings: Mapping[str, Any], name: str, usual: int, low: int, high: int) -> int:
    value = settings.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UserError(f"{name} {value!r}: must be a whole number from {low} to {high}")
    return value


def run(run: Run, report: Reporter) -> dict[str, Any]:
    """Train a learning curve.

    The subsets nest: each smaller one is the beginning of the larger, in an order of which every beginning
    has its share of each label. All points are measured on the same texts. Points that an earlier attempt
    of this run has finished are kept.

    Args:
        run: The run; its folder gets dev.spacy, findings.jsonl and points/.
        report: Told the progress, and each point as soon as it is there.

    Returns:
        The result: points, verdict, the data's facts, versions, and the commands that repeat it.

    Raises:
        UserError: The settings or the data cannot be used.
        IncompleteError: Some points failed; the others are in its result.
    """
    began = time.perf_counter()
    settings = Settings.read(run.settings)
    with FindingLog(run.folder / "findings.jsonl") as findings:
        corpus = prepare(
            settings.train,
            settings.eval,
            lang=settings.lang,
            eval_split=settings.eval_split,
            seed=settings.seed,
            progress=report.progress,
            findings=findings,
        )
    count = len(corpus.train)
    if count < settings.n_samples:
        raise UserError(
            f"{settings.train[0]}: {count} training texts cannot make {settings.n_samples} subsets of "
            f"different size; annotate more or ask for {count} points at most"
        )
    points, dev = _write(run.folder, corpus, settings, report)
    curve = _Curve(points, report)
    train_points(curve.missing, settings.workers, curve.hear)
    result = {
        "points": [curve.trained[point].record for point in points if point in curve.trained],
        "missing": [
            {"fraction": point.fraction, "repeat": point.repeat, "message": message}
            for point, message in curve.failed.items()
        ],
        "verdict": curve.verdict(settings),
        "seconds": round(time.perf_counter() - began, 2),
        **_facts(corpus, dev, settings),
        "commands": [run.command, *(_command(run, point, dev) for point in points)],
    }
    report.emit("verdict", **result["verdict"])
    if curve.failed:
        reasons: dict[str, list[str]] = {}
        for point in points:
            if point in curve.failed:
                reasons.setdefault(curve.failed[point], []).append(f"{point.fraction:.0%}")
        why = "; ".join(f"{', '.join(which)}: {message}" for message, which in reasons.items())
        raise IncompleteError(f"{len(curve.failed)} of {len(points)} points failed ({why})", result)
    return result


class _Curve:
    """The points of a curve while they are trained."""

    def __init__(self, points: list[Point], report: Reporter) -> None:
        self.points = points
        self.trained: dict[Point, Trained] = {}
        self.failed: dict[Point, str] = {}
        self._report = report
        for point in points:
            if kept := Trained.load(point):
                self._add(point, kept)

    @property
    def missing(self) -> list[Point]:
        """The points that are still to be trained."""
        return [point for point in self.points if point not in self.trained]

    def hear(self, point: Point, message: dict[str, Any]) -> None:
        """Pass on what a training says."""
        where = {"fraction": point.fraction, "repeat": point.repeat}
        kind = message.pop("kind")
        if kind == "start":
            self._report.emit("point-start", **where, docs=point.docs, max_steps=point.max_steps)
        elif kind == "step":
            self._report.offer("step", **where, **message)
        elif kind == "done" and (trained := Trained.load(point)):
            self._add(point, trained)
        else:
            self.failed[point] = str(message.get("message", "its point.json cannot be read; resume the run"))
            self._report.emit("point-failed", **where, message=self.failed[point])

    def _add(self, point: Point, trained: Trained) -> None:
        self.trained[point] = trained
        self._report.emit("point", **trained.record)
        self._report.progress("train", len(self.trained), len(self.points), "points trained")

    def verdict(self, settings: Settings) -> dict[str, Any]:
        """Judge the last step of the curve."""
        last = [
            (point.fraction, self.trained[point].record["ents_f"], self.trained[point].counts)
            if point in self.trained
            else None
            for point in self.points[-2:]
        ]
        before, after = last if len(last) == 2 else (None, last[-1])
        return judge(before, after, settings.seed, 1 / settings.n_samples)


def _write(folder: Path, corpus: Corpus, settings: Settings, report: Reporter) -> tuple[list[Point], Written]:
    """Write the eval texts and, for each point, its config and its texts."""
    corpora = Corpora(settings.lang)
    dev = corpora.write(corpus.eval, folder / "dev.spacy")
    if not dev.spans:
        raise UserError(
            f"the evaluation set of {dev.docs} texts has no span, so F is undefined; annotate more"
        )
    code = folder / "ops.py"
    write_atomic(code, OPS_CODE)
    order = subset_order(corpus.train, settings.seed)
    points = []
    for number in range(1, settings.n_samples + 1):
        report.progress("write", number, settings.n_samples, "writing the subsets")
        fraction = number / settings.n_samples
        place = folder / "points" / f"{round(100 * fraction):03d}"
        size = max(round(len(order) * fraction), 1)
        texts = corpora.write([corpus.train[index] for index in order[:size]], place / "train.spacy")
        schedule = Schedule.of(texts.words)
        config = make_config(settings.lang, settings.seed, schedule)
        config.to_disk(place / "config.cfg", interpolate=False)
        identity = [config.to_str(interpolate=False), texts.sha256, dev.sha256, OPS_CODE, versions()["spacy"]]
        points.append(
            Point(
                folder=place,
                dev=dev.file,
                code=code,
                fraction=fraction,
                repeat=0,
                seed=settings.seed,
                docs=texts.docs,
                spans=texts.spans,
                words=texts.words,
                max_steps=schedule.steps,
                digest=hashlib.sha256("\n".join(identity).encode()).hexdigest(),
            )
        )
    return points, dev


def _facts(corpus: Corpus, dev: Written, settings: Settings) -> dict[str, Any]:
    facts = corpus.to_dict()
    return {
        "train": {"docs": len(corpus.train), "spans": sum(len(document.spans) for document in corpus.train)},
        "eval": {
            "docs": dev.docs,
            "spans": dev.spans,
            "source": corpus.eval_source,
            "hash": dev.sha256,
            "split": settings.eval_split if corpus.eval_source == "split" else None,
        },
        "seed": settings.seed,
        "lang": settings.lang,
        "n_samples": settings.n_samples,
        "workers": settings.workers,
        "labels": facts["labels"],
        "content_hash": facts["content_hash"],
        "files": facts["files"],
        "funnel": facts["funnel"],
        "versions": versions(),
    }


def _command(run: Run, point: Point, dev: Written) -> str:
    """The command that repeats one training without this project, from where the run was asked for."""
    base = str(run.info.get("cwd", ""))

    def name(path: Path) -> str:
        inside = os.path.relpath(path.absolute(), base) if base else ".."
        return shlex.quote(str(path.absolute()) if inside.startswith("..") else inside)

    return (
        f"python -m spacy train {name(point.folder / 'config.cfg')} --code {name(point.code)} "
        f"--paths.train {name(point.folder / 'train.spacy')} --paths.dev {name(dev.file)} "
        f"--output {name(point.folder / 'repeated')}"
    )
