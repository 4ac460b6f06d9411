"""The spaCy config of one training: a blank pipeline with `ner`, and a schedule that wastes no steps.

The pipeline is that of `spacy init config -p ner -o efficiency`, with the tok2vec layer inside the only
component that uses it. The schedule is not: spaCy's default trains with a constant rate until 1,600 steps
have brought no better score, which suits a single training that nobody waits for. Here the rate rises and
then falls linearly to zero over a number of steps known beforehand (Goyal et al. 2017 for the warm-up; Li
et al. 2020, "Budgeted Training", for the linear decay), and the model is the average of those on the way
(Polyak and Juditsky 1992), which reaches about the same F in a fraction of the steps. It is evaluated once,
after its last step, and that model is kept: F is of a model that these texts did not choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spacy.language import DEFAULT_CONFIG_PATH
from spacy.util import load_config, load_model
from thinc.api import Config

from flowchart.config_file import COMPONENTS, refuse_config
from flowchart.data_settings import ROWS
from flowchart.errors import UserError
from flowchart.text import one_line
from flowchart.training.schedule import Schedule, value_of
from flowchart.training.settings import Settings

PEAK_RATE = 0.003
"""The learning rate at the end of the warm-up: three times Adam's usual one, held for a moment only."""

DROPOUT = 0.2
"""Twice spaCy's: a rate that falls to zero would else learn the texts by heart."""

CUT = 10
"""The words after which a text's sequence of transitions is cut, in spaCy's default 100.

All sequences of a batch are gone through side by side, one small step after the other, so that shorter ones
make fewer and larger steps: a quarter less time, and no lower F.
"""

EVAL_FREQUENCY = 200
"""The steps from one evaluation to the next where patience ends a training, as in spaCy's default."""

OPS_CODE = Path(__file__).with_name("ops.py").read_text(encoding="utf-8")
"""A file beside the trainings. Both they and `spacy train` import it, so that both add up numbers alike."""


_TEMPLATE = """
[paths]
train = null
dev = null

[system]
gpu_allocator = null
seed = 0

[nlp]
lang = "en"
pipeline = ["ner"]
batch_size = 1000
tokenizer = {"@tokenizers": "spacy.Tokenizer.v1"}

[components]

[components.ner]
factory = "ner"
update_with_oracle_cut_size = 100

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 64
maxout_pieces = 2
use_upper = true
nO = null

[components.ner.model.tok2vec]
@architectures = "spacy.Tok2Vec.v2"

[components.ner.model.tok2vec.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 96
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
rows = [5000, 1000, 2500, 2500]
include_static_vectors = false

[components.ner.model.tok2vec.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 96
depth = 4
window_size = 1
maxout_pieces = 3

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${paths.train}
max_length = 0

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${paths.dev}
max_length = 0

[training]
train_corpus = "corpora.train"
dev_corpus = "corpora.dev"
seed = ${system.seed}
gpu_allocator = ${system.gpu_allocator}
dropout = 0.1
patience = 0
max_epochs = 0
max_steps = 0
eval_frequency = 1

[training.optimizer]
@optimizers = "Adam.v1"
use_averages = true

[training.optimizer.learn_rate]
@schedules = "warmup_linear.v1"
initial_rate = 0.002
warmup_steps = 0
total_steps = 0

[training.batcher]
@batchers = "spacy.batch_by_words.v1"
discard_oversize = false
tolerance = 0.2

[training.batcher.size]
@schedules = "compounding.v1"
start = 0
stop = 0
compound = 1.0

[training.score_weights]
ents_f = 1.0
ents_p = 0.0
ents_r = 0.0
ents_per_type = null
"""


def make_config(settings: Settings, seed: int, schedule: Schedule) -> Config:
    """Return the config of one training; the paths of its texts are given when it is run.

    Args:
        settings: What the curve is asked for: its config, its base model, its overrides.
        seed: The seed of weights, shuffling and dropout, 0 to 2**32 - 1.
        schedule: How long to train; a config of the person's own has its own schedule.

    Raises:
        UserError: The config or an override cannot be used, or its trainings would not read their texts.
    """
    config = _own(settings.config) if settings.config else _built_in(settings, schedule)
    overrides = dict(settings.overrides)
    if not settings.config and _positive(overrides.get("training.max_epochs")):
        del overrides["training.max_epochs"]  # the schedule has made it steps, which end with an evaluation
    if not settings.config and (patience := _positive(overrides.get("training.patience"))):
        # Patience counts from the best evaluation, so there must be some before it is at its end.
        overrides.setdefault("training.eval_frequency", max(min(int(patience) // 2, EVAL_FREQUENCY), 1))
    config = _overridden(config, overrides)
    for section in ("system", "training"):
        # A config without [system] has its seed in [training]; one that refers to the other follows it.
        if "seed" in config.get(section, {}) and not isinstance(config[section]["seed"], str):
            config[section]["seed"] = seed
    _check(config, settings, seed)
    if settings.tokens == ROWS:
        _use_own_tokens(config, settings)
    return config


def _use_own_tokens(config: Config, settings: Settings) -> None:
    """Have the texts cut as in the files of the training, where a pipeline would cut them itself.

    Raises:
        UserError: They are read by something that has no such setting.
    """
    for name in ("train", "dev"):
        where = str(config["training"].get(f"{name}_corpus", f"corpora.{name}"))
        section: Any = config
        for part in where.split("."):
            section = section.get(part) if isinstance(section, dict) else None
        if not isinstance(section, dict) or section.get("@readers") != "spacy.Corpus.v1":
            raise UserError(
                f"{settings.config or 'the overrides'}: [{where}] is not read by spacy.Corpus.v1, which "
                "alone can keep the rows' own tokens; leave out --tokens rows"
            )
        section["gold_preproc"] = True


def _check(config: Config, settings: Settings, seed: int) -> None:
    """Have the training read the texts of its point, and begin with its seed.

    Raises:
        UserError: It reads others, so that every point would be trained on the same.
    """
    marks = {"train": "train.spacy of the point", "dev": "dev.spacy of the run"}
    marked = config.copy()
    marked["paths"] = {**marked.get("paths", {}), **marks}
    found = marked.interpolate()
    training = found.get("training", {})
    for name, mark in marks.items():
        where = str(training.get(f"{name}_corpus", f"corpora.{name}"))
        section: Any = found
        for part in where.split("."):
            section = section.get(part) if isinstance(section, dict) else None
        if isinstance(section, dict) and not any(mark in leaf for leaf in _leaves(section)):
            raise UserError(
                f"{settings.config or 'the overrides'}: [{where}] does not read ${{paths.{name}}}, so every "
                f"point would have the same texts; set its path to ${{paths.{name}}}"
            )
    if training.get("seed", seed) != seed:
        config["training"]["seed"] = seed  # it was taken from a section of the person's own


def _leaves(section: Mapping[str, Any]) -> list[str]:
    return [
        leaf
        for value in section.values()
        for leaf in (_leaves(value) if isinstance(value, dict) else [str(value)])
    ]


def _built_in(settings: Settings, schedule: Schedule) -> Config:
    config = Config().from_str(_TEMPLATE, interpolate=False)
    config["nlp"]["lang"] = settings.lang
    config["components"]["ner"]["update_with_oracle_cut_size"] = CUT
    training = config["training"]
    training["dropout"] = DROPOUT
    training["max_steps"] = schedule.steps
    training["eval_frequency"] = schedule.steps
    training["optimizer"]["learn_rate"].update(
        initial_rate=PEAK_RATE, warmup_steps=schedule.warm_up, total_steps=schedule.steps
    )
    training["batcher"]["size"].update(
        start=schedule.batch_start, stop=schedule.batch_stop, compound=schedule.compound
    )
    if settings.base_model:
        _update(config, settings.base_model)
    return config


def _update(config: Config, base_model: str) -> None:
    """Have the ner component of a trained pipeline trained further, at half the rate.

    The rate that suits a blank model would undo much of what this one knows. A layer that the component
    shares with others becomes its own, so that the others stay as they are. A pipeline without such a
    component gives its tokenizer and vocabulary to a blank one.
    """
    try:
        base = load_model(base_model)
    except (OSError, ValueError) as error:
        raise no_pipeline(base_model, error) from error
    config["nlp"]["lang"] = base.lang
    copy = {"@callbacks": "spacy.copy_from_base_model.v1", "tokenizer": base_model, "vocab": base_model}
    config["initialize"] = {"before_init": copy}
    found = [name for name in base.pipe_names if base.get_pipe_meta(name).factory in COMPONENTS]
    if not found:
        return
    name = found[0]
    source: dict[str, Any] = {"source": base_model}
    if name != "ner":
        source["component"] = name
    if any(node.name == "tok2vec-listener" for node in base.get_pipe(name).model.walk()):  # type: ignore[attr-defined]
        source["replace_listeners"] = ["model.tok2vec"]
    config["components"] = {"ner": source}
    config["training"]["optimizer"]["learn_rate"]["initial_rate"] = PEAK_RATE / 2


def no_pipeline(base_model: str, error: Exception) -> UserError:
    """Return the error of a name that no pipeline has."""
    why = one_line(str(error), 120)
    return UserError(f"{base_model}: no such pipeline ({why}); name an installed package or a folder")


def _own(file: Path) -> Config:
    refuse_config(file)
    try:
        config = load_config(file, interpolate=False)
        config.interpolate()
        components = config["components"].values()
    except Exception as error:  # confection and spaCy raise many kinds
        raise UserError(
            f"{file}: no spaCy training config ({one_line(str(error), 160)}); "
            "`python -m spacy init fill-config` completes one"
        ) from error
    if not any(part.get("factory") in COMPONENTS or "source" in part for part in components):
        raise UserError(f"{file}: its pipeline has no ner component, so there is no F to measure; add one")
    return config


def _overridden(config: Config, overrides: Mapping[str, Any]) -> Config:
    if not overrides:
        return config
    values = {name: value_of(value) for name, value in overrides.items()}
    for name in values:
        if name in ("system.seed", "training.seed"):
            raise UserError(f"--{name}: each repeat has a seed of its own; --seed says the first one's")
        _refuse_unknown(name, config)
    try:
        return Config().from_str(config.to_str(interpolate=False), interpolate=False, overrides=values)
    except Exception as error:
        names = ", ".join(f"--{name}" for name in values)
        raise UserError(
            f"{names}: not what the config has ({one_line(str(error), 160)}); "
            "names are those of the config's sections, as in --training.max_epochs 20"
        ) from error


def _refuse_unknown(name: str, config: Config) -> None:
    """Refuse a setting that neither the config nor spaCy's default one has: it would change nothing.

    Raises:
        UserError: There is no such setting.
    """
    *sections, key = name.split(".")
    for known in (config, load_config(DEFAULT_CONFIG_PATH)):
        section: Any = known
        for part in sections:
            section = section.get(part) if isinstance(section, dict) else None
        # What a registered function takes besides its defaults is known to that function alone.
        if isinstance(section, dict) and (key in section or any(each.startswith("@") for each in section)):
            return
    raise UserError(f"--{name}: the config has no such setting; names are as in --training.max_epochs 20")


def _positive(value: object) -> float:
    """Return a setting that is a number above 0; 0 where it is none."""
    number = value_of(value)
    return number if isinstance(number, (int, float)) and number > 0 else 0.0


def keeps_best(config: Config, settings: Settings) -> bool:
    """Return whether a training keeps the best of its evaluations, as spaCy does, not its last step's model.

    A config of the person's own does, and so does one that ends by its patience: its last steps are those
    that brought nothing. Else the rate falls to zero, and the last model needs no choice.
    """
    return settings.config is not None or _positive(config["training"].get("patience")) > 0


def max_steps(config: Config) -> int:
    """Return the step that a training ends with at the latest; 0 when the config sets none."""
    value = config["training"].get("max_steps", 0)
    return value if isinstance(value, int) else 0
