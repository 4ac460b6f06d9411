"""What a learning curve is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowchart.data_settings import ROWS, SPACY
from flowchart.errors import UserError

MOST_SAMPLES = 20
"""The most points of a curve; more would be a wait without an insight."""

MOST_REPEATS = 20
"""The most repeats; the interval over so many moves no more."""

MOST_WORKERS = 64

LARGEST_SEED = 2**32 - 1 - MOST_REPEATS
"""Each repeat adds one to the seed, which NumPy bounds."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a train-curve run, checked.

    Attributes:
        train: The training files.
        eval: The evaluation files; without any a part of the training texts is split off.
        n_samples: The number of points: 4 trains on 25, 50, 75 and 100% of the texts.
        repeats: How often each point is trained, each time with another seed and in another order.
        eval_split: The share split off.
        lang: The spaCy language.
        seed: The seed of the split, and of the first repeat's subsets and trainings.
        workers: How many trainings at a time, on this machine.
        config: A spaCy training config to use instead of the built-in one.
        overrides: Values for settings of the config by their dotted names, as spaCy's command line has them.
        base_model: A pipeline whose ner component is trained further, its name or path; "" for a blank one.
        gpu_id: The number of the GPU to train on; -1 for the CPU.
        executor: "local", or the address of a dask scheduler.
        target: The F that would be good enough, 0 to 1; None when nobody said.
        fix: Whether spans that can only be mended in one way are.
        tokens: "spacy" to have the pipeline's tokenizer cut the texts, "rows" for the rows' own tokens.
        group_by: The key of the rows, with dots, whose texts stand on one side each; "" for none.
    """

    train: tuple[Path, ...]
    eval: tuple[Path, ...]
    n_samples: int = 4
    repeats: int = 1
    eval_split: float = 0.2
    lang: str = "en"
    seed: int = 0
    workers: int = 2
    config: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    base_model: str = ""
    gpu_id: int = -1
    executor: str = "local"
    target: float | None = None
    fix: bool = False
    tokens: str = SPACY
    group_by: str = ""

    @property
    def built_in(self) -> bool:
        """Whether the texts are read as the built-in config reads them, the same ones at each pass."""
        return self.config is None and not any(name.startswith("corpora.") for name in self.overrides)

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Settings:
        """Return the settings of a run.

        Raises:
            UserError: A value cannot be used.
        """
        config = settings.get("config")
        overrides = settings.get("overrides") or {}
        if not isinstance(overrides, Mapping):
            raise UserError(f"overrides {overrides!r}: must be names of settings with their values")
        return cls(
            tuple(Path(file) for file in settings.get("train", ())),
            tuple(Path(file) for file in settings.get("eval", ())),
            n_samples=_whole(settings, "n_samples", 4, 1, MOST_SAMPLES),
            repeats=_whole(settings, "repeats", 1, 1, MOST_REPEATS),
            eval_split=float(settings.get("eval_split", 0.2)),
            lang=str(settings.get("lang", "en")),
            seed=_whole(settings, "seed", 0, 0, LARGEST_SEED),
            workers=_whole(settings, "workers", 2, 1, MOST_WORKERS),
            config=Path(str(config)) if config else None,
            overrides={str(name): value for name, value in overrides.items()},
            base_model=str(settings.get("base_model") or ""),
            gpu_id=_whole(settings, "gpu_id", -1, -1, 1024),
            executor=str(settings.get("executor") or "local"),
            target=_target(settings.get("target")),
            fix=bool(settings.get("fix")),
            tokens=_tokens(settings.get("tokens") or SPACY),
            group_by=str(settings.get("group_by") or ""),
        )


def _tokens(value: object) -> str:
    if value not in (SPACY, ROWS):
        raise UserError(f"tokens {value!r}: must be {SPACY} or {ROWS}")
    return str(value)


def _whole(settings: Mapping[str, Any], name: str, usual: int, low: int, high: int) -> int:
    value = settings.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UserError(f"{name} {value!r}: must be a whole number from {low} to {high}")
    return value


def _target(value: object) -> float | None:
    if value is None or value == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise UserError(f"target {value!r}: must be an F above 0 and up to 1, as 0.85")
    return float(value)
