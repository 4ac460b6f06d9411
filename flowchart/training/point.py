"""One point of a learning curve: one training, from the files in its folder to a model and its scores there.

    points/050/config.cfg   what to train
    points/050/train.spacy  what to train it on
    points/050/model        the model of its last step, or the best on the eval set where it chooses one
    points/050/point.json   its scores, and what was right and wrong in each text

The pieces are spaCy's own, in the order of `spacy train`, so that command on the same files makes the same
model.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.schemas import ConfigSchemaTraining
from spacy.tokens import Doc
from spacy.training.example import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import (
    create_before_to_disk_callback,
    create_evaluation_callback,
    create_train_batches,
    train_while_improving,
    update_meta,
)
from spacy.util import import_file, load_config, registry, resolve_dot_names
from thinc.api import fix_random_seed, require_gpu, set_gpu_allocator

from flowchart.errors import UserError
from flowchart.runs.events import dump
from flowchart.training.experience import usual_sd
from flowchart.training.intervals import FEWEST_TEXTS, repeated_intervals, texts_counted
from flowchart.training.once import ReadOnce, update_from_memory
from flowchart.training.scores import Counts
from flowchart.training.selection import flattery
from flowchart.workspace import sync_tree, write_atomic

PER_SECOND = 2.0
"""The most step messages a second."""

PREDICT_AT_A_TIME = 256
"""Texts in one batch of predictions; larger ones are not faster."""

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Point:
    """A training to be done.

    Attributes:
        folder: Its folder, with config.cfg and train.spacy.
        dev: The .spacy file to measure on.
        code: The Python file to import first, as `spacy train --code` does; None for none.
        fraction: The share of the training texts, above 0 to 1.
        repeat: The number of the repeat at this fraction.
        seed: The seed of the training.
        docs: The number of texts.
        spans: The number of spans in them.
        words: The number of tokens in them.
        max_steps: The number of its last step; 0 when its config sets none.
        work: About how many words it goes through, over all passes: which of two takes longer.
        digest: What identifies config, texts, eval texts and versions: a result with another digest is not
            this point's.
        gpu_id: The number of the GPU to train on; -1 for the CPU.
        built_in: Whether its texts are read as by the built-in config, the same ones at each pass.
        blank: Whether it begins with a blank model.
        keeps_best: Whether the best of its evaluations is kept, as spaCy does, and not the model of its last
            step. Such a model looks better on the eval set that chose it than it is.
    """

    folder: Path
    dev: Path
    code: Path | None
    fraction: float
    repeat: int
    seed: int
    docs: int
    spans: int
    words: int
    max_steps: int
    work: int
    digest: str
    gpu_id: int = -1
    built_in: bool = True
    blank: bool = True
    keeps_best: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """A point that has been trained.

    Attributes:
        record: The point as it stands in a run's result.
        counts: What the model got right and wrong, by text.
    """

    record: dict[str, Any]
    counts: Counts

    def save(self, point: Point) -> None:
        """Write point.json: the sign that the point is done, and that its model is on the disk.

        Raises:
            OSError: It cannot be written.
        """
        data = {"digest": point.digest, "point": self.record, "counts": self.counts.to_dict()}
        sync_tree(point.folder / "model")
        write_atomic(point.folder / "point.json", dump(data) + "\n")

    @classmethod
    def load(cls, point: Point) -> Trained | None:
        """Return the point as it was trained earlier; None when it has not been, or from other data."""
        try:
            data = json.loads((point.folder / "point.json").read_bytes())
            if data["digest"] != point.digest or not (point.folder / "model" / "meta.json").is_file():
                return None
            return cls(dict(data["point"]), Counts.from_dict(data["counts"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None


class _EvalSet:
    """The texts to measure on, tokenised once."""

    def __init__(
        self, nlp: Language, corpus: Callable[[Language], Iterable[Example]], weights: Mapping[str, float]
    ) -> None:
        self._nlp = nlp
        examples = list(corpus(nlp))
        self._gold = [example.reference for example in examples]
        self._texts = [example.predicted for example in examples]
        self._weights = {name: weight for name, weight in weights.items() if weight}
        # A pipeline of the person's own may be chosen by scores that are not about entities.
        plain = set(self._weights) <= {"ents_f", "ents_p", "ents_r"}
        self._spacys = None if plain else create_evaluation_callback(nlp, corpus, dict(weights))

    def measure(self) -> tuple[Counts, float, dict[str, Any]]:
        """Return the counts, and the weighted score and all scores as `spacy train` has them."""
        predicted: list[Doc] = list(
            # Copies, because the entities of one evaluation would be kept by the next.
            self._nlp.pipe((doc.copy() for doc in self._texts), batch_size=PREDICT_AT_A_TIME)
        )
        counts = Counts.of(self._gold, predicted)
        if self._spacys is not None:
            return counts, *self._spacys()
        scores = counts.scores()
        return counts, sum(scores[name] * weight for name, weight in self._weights.items()), scores


class _Evaluations:
    """The evaluations of a training.

    Attributes:
        counts: What each evaluation found right and wrong, in their order.
    """

    def __init__(self, eval_set: _EvalSet, *, from_first: bool) -> None:
        """Begin with none.

        Args:
            eval_set: The texts.
            from_first: Whether the first one is made. spaCy evaluates after the first step, when little
                has been learnt yet.
        """
        self.counts: list[Counts] = []
        self._eval_set = eval_set
        self._skip = not from_first

    def __call__(self) -> tuple[float, dict[str, Any]]:
        """Evaluate, and return the weighted score and all scores."""
        if self._skip:
            self._skip = False
            return 0.0, {}
        counts, score, scores = self._eval_set.measure()
        self.counts.append(counts)
        return score, scores


def train(point: Point, tell: Tell) -> Trained:
    """Train a point, keep its model and its scores in its folder.

    Args:
        point: What to train.
        tell: Called with a message some times a second: step, loss, and F when it has been measured.

    Raises:
        OSError: The model or the scores cannot be written.
    """
    began, work = time.perf_counter(), time.process_time()
    _clear(point.folder)
    if point.code is not None:
        import_file("python_code", point.code)
    if point.gpu_id >= 0:
        require_gpu(point.gpu_id)
    paths = {"paths.train": str(point.folder / "train.spacy"), "paths.dev": str(point.dev)}
    config = load_config(point.folder / "config.cfg", overrides=paths, interpolate=False)
    nlp = init_nlp(config, use_gpu=point.gpu_id)
    filled = nlp.config.interpolate()
    if filled["training"]["seed"] is not None:
        fix_random_seed(filled["training"]["seed"])
    if point.gpu_id >= 0 and filled["training"]["gpu_allocator"]:
        set_gpu_allocator(filled["training"]["gpu_allocator"])
    settings = registry.resolve(filled["training"], schema=ConfigSchemaTraining)
    train_corpus, dev_corpus = resolve_dot_names(filled, [settings["train_corpus"], settings["dev_corpus"]])
    if point.built_in:
        train_corpus = ReadOnce(train_corpus)
        update_from_memory(nlp, train_corpus)
    ready = create_before_to_disk_callback(settings["before_to_disk"])
    eval_set = _EvalSet(nlp, dev_corpus, settings["score_weights"])

    evaluations = _Evaluations(eval_set, from_first=point.keeps_best and not point.blank)

    def keep(info: dict[str, Any]) -> int:
        update_meta(settings, nlp, info)
        with nlp.use_params(settings["optimizer"].averages):
            ready(nlp).to_disk(point.folder / "model.new")
        _replace(point.folder / "model.new", point.folder / "model")
        return len(evaluations.counts) - 1

    kept = -1
    loss = _Loss()
    last, step, measured = 0.0, 0, False
    info: dict[str, Any] = {}
    for _, info, is_best in train_while_improving(
        nlp,
        settings["optimizer"],
        create_train_batches(nlp, train_corpus, settings["batcher"], settings["max_epochs"]),
        evaluations,
        dropout=settings["dropout"],
        accumulate_gradient=settings["accumulate_gradient"],
        patience=settings["patience"],
        max_steps=settings["max_steps"],
        eval_frequency=settings["eval_frequency"],
        exclude=settings["frozen_components"],
        annotating_components=settings["annotating_components"],
        before_update=settings["before_update"],
    ):
        step = info["step"]
        loss.add(info["losses"], reset=is_best is not None)
        measured = is_best is not None and bool(evaluations.counts)
        if point.keeps_best and measured and is_best:
            kept = keep(info)
        moment = time.perf_counter()
        if measured or moment - last >= 1 / PER_SECOND:
            last = moment
            tell(
                {
                    "step": step,
                    "max_steps": point.max_steps,
                    "loss": loss.mean(),
                    "ents_f": evaluations.counts[-1].scores()["ents_f"] if measured else None,
                    "seconds": round(moment - began, 2),
                }
            )
    if not point.keeps_best:
        if not measured:  # evaluations of the person's own setting, none of them after the last step
            with nlp.use_params(settings["optimizer"].averages):
                info["score"], info["other_scores"] = evaluations()
        kept = keep(info)
    if kept < 0:
        raise UserError(
            f"the training ended after {step} steps without an evaluation; lower training.eval_frequency "
            "in the config"
        )
    trained = _result(
        point,
        evaluations.counts[kept],
        ents_f_flattery=flattery(evaluations.counts, kept, point.seed) if point.keeps_best else 0.0,
        steps=step,
        loss=loss.latest,
        seconds=round(time.perf_counter() - began, 2),
        cpu_seconds=round(time.process_time() - work, 2),
        peak_mb=peak_mb(),
    )
    trained.save(point)
    return trained


def peak_mb() -> float:
    """Return the most memory that this process has held at a time, in MB (10**6 bytes).

    A process that was forked counts what it shares with its parent as well.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def _result(point: Point, counts: Counts, **measured: float) -> Trained:
    scores = counts.scores()
    overall, labels = repeated_intervals([counts], point.seed, usual_sd(point.spans))
    enough = texts_counted(counts) >= FEWEST_TEXTS
    for name, score in scores["ents_per_type"].items():
        interval = labels.get(name)
        score["f_low"], score["f_high"] = (interval.low, interval.high) if interval else (None, None)
    facts = asdict(point)
    record = {
        **{key: facts[key] for key in ("fraction", "docs", "spans", "words", "repeat", "seed")},
        **scores,
        "ents_f_low": overall.low if enough else None,
        "ents_f_high": overall.high if enough else None,
        **measured,
        "model": f"points/{point.folder.name}/model",
    }
    return Trained(record, counts)


class _Loss:
    """The loss of a step on average, since it was asked for last. spaCy sums it up between evaluations."""

    def __init__(self) -> None:
        self.latest = 0.0
        self._before = 0.0
        self._sum = 0.0
        self._steps = 0

    def add(self, losses: dict[str, float], *, reset: bool) -> None:
        total = float(losses.get("ner", 0.0))
        self._sum += total - self._before
        self._steps += 1
        self._before = 0.0 if reset else total

    def mean(self) -> float:
        if self._steps:
            self.latest = round(self._sum / self._steps, 3)
            self._sum, self._steps = 0.0, 0
        return self.latest


def _clear(folder: Path) -> None:
    """Take away what an earlier training that did not end left behind."""
    (folder / "point.json").unlink(missing_ok=True)
    for name in ("model", "model.new"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _replace(new: Path, old: Path) -> None:
    shutil.rmtree(old, ignore_errors=True)
    new.rename(old)
