"""The files of a learning curve: for each training its config and its texts, and one eval set for all."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Callable
from pathlib import Path

from thinc.api import Config

from flowchart.dataset.corpus import Corpus, subset_order
from flowchart.dataset.grouped import group_order
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.pipelines import fingerprint
from flowchart.runs.versions import versions
from flowchart.training.config import OPS_CODE, keeps_best, make_config, max_steps
from flowchart.training.corpora import Corpora, Written
from flowchart.training.point import Point
from flowchart.training.schedule import Schedule
from flowchart.training.settings import Settings
from flowchart.workspace import write_atomic

Told = Callable[[int, int], None]


def lay_out(
    folder: Path, corpus: Corpus, settings: Settings, told: Told, tokenizer: Tokenizer
) -> tuple[list[Point], Written]:
    """Write the eval texts and, for each training, its config and its texts.

    The subsets of a repeat nest: each smaller one is the beginning of the larger, in an order of which every
    beginning has its share of each label. Texts that are grouped come group by group, so that a larger subset
    has more groups, as new annotations have; the last one of a subset may be cut. Each repeat has an order,
    and a seed, of its own.

    Args:
        folder: The run's folder.
        corpus: The texts.
        settings: What the curve is asked for.
        told: Called with how many of the subsets are written, and how many there are.
        tokenizer: What cuts the texts: that of the trainings.

    Returns:
        The trainings, by repeat and then by size, and the eval set.

    Raises:
        UserError: The texts or the config cannot be used, or the files cannot be written.
    """
    corpora = Corpora(tokenizer)
    dev = corpora.write(corpus.eval, folder / "dev.spacy")
    if not dev.spans:
        raise UserError(
            f"the evaluation set of {dev.docs} texts has no span, so F is undefined; annotate more"
        )
    code = _write_code(folder, settings)
    base = fingerprint(settings.base_model) if settings.base_model else ""
    points: list[Point] = []
    for repeat in range(settings.repeats):
        seed = settings.seed + repeat
        if corpus.train_groups:
            order = group_order(corpus.train, corpus.train_groups, seed)
        else:
            order = subset_order(corpus.train, seed)
        for number in range(1, settings.n_samples + 1):
            told(len(points), settings.repeats * settings.n_samples)
            fraction = number / settings.n_samples
            size = max(round(len(order) * fraction), 1)
            name = f"{round(100 * fraction):03d}" + (f"-r{repeat + 1}" if repeat else "")
            place = folder / "points" / name
            texts = corpora.write([corpus.train[index] for index in order[:size]], place / "train.spacy")
            schedule = Schedule.of(texts.words, settings.overrides)
            config = make_config(settings, seed, schedule)
            config.to_disk(place / "config.cfg", interpolate=False)
            points.append(
                Point(
                    folder=place,
                    dev=dev.file,
                    code=code,
                    fraction=fraction,
                    repeat=repeat,
                    seed=seed,
                    docs=texts.docs,
                    spans=texts.spans,
                    words=texts.words,
                    max_steps=max_steps(config),
                    work=texts.words if settings.config else schedule.words,
                    digest=_digest(config, texts, dev, code, base),
                    gpu_id=settings.gpu_id,
                    built_in=settings.built_in,
                    blank=settings.config is None and not settings.base_model,
                    keeps_best=keeps_best(config, settings),
                )
            )
    told(len(points), len(points))
    return points, dev


def _write_code(folder: Path, settings: Settings) -> Path | None:
    """Write what a training imports first; nothing for a GPU, whose matrix products are its own."""
    if settings.gpu_id >= 0:
        return None
    code = folder / "ops.py"
    write_atomic(code, OPS_CODE)
    return code


def _digest(config: Config, texts: Written, dev: Written, code: Path | None, base: str) -> str:
    """Return what identifies all that a training's result depends on."""
    found = versions()
    identity = [
        config.to_str(interpolate=False),
        texts.sha256,
        dev.sha256,
        OPS_CODE if code else "",
        base,
        *(found[name] for name in ("spacy", "thinc", "numpy")),
    ]
    return hashlib.sha256("\n".join(identity).encode()).hexdigest()


def command(point: Point, cwd: str) -> str:
    """Return the command that repeats one training without this project.

    Args:
        point: The training.
        cwd: The folder that the run was asked for in; names of files inside it are relative to it.
    """

    def name(path: Path) -> str:
        inside = os.path.relpath(path.absolute(), cwd) if cwd else ".."
        return shlex.quote(str(path.absolute()) if inside.startswith("..") else inside)

    code = f" --code {name(point.code)}" if point.code else ""
    gpu = f" --gpu-id {point.gpu_id}" if point.gpu_id >= 0 else ""
    return (
        f"python -m spacy train {name(point.folder / 'config.cfg')}{code}{gpu} "
        f"--paths.train {name(point.folder / 'train.spacy')} --paths.dev {name(point.dev)} "
        f"--output {name(point.folder / 'repeated')}"
    )  # its model-last is this one, its model-best where the best is kept
