"""The spaCy config of one training: a blank pipeline with `ner`, and a schedule that wastes no steps.

The pipeline is that of `spacy init config -p ner -o efficiency`, with the tok2vec layer inside the only
component that uses it. The schedule is not: spaCy's default trains with a constant rate until 1,600 steps
have brought no better score, which suits a single training that nobody waits for. Here the rate rises and
then falls linearly to zero over a number of steps known beforehand (Goyal et al. 2017 for the warm-up; Li
et al. 2020, "Budgeted Training", for the linear decay), which reaches the same F in a fraction of the
steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from thinc.api import Config

PEAK_RATE = 0.002
"""The learning rate at the end of the warm-up: twice Adam's usual one, as it is held for a moment only."""

WARM_UP = 0.1
"""The share of the steps over which the learning rate rises."""

DROPOUT = 0.1

PASSES = 10.0
"""How often the training texts are gone through, where that makes enough steps."""

FEWEST_STEPS = 500
"""Small sets are gone through more often: learning needs updates, however few texts there are."""

MOST_PASSES = 40.0
"""But not more often than this, which is where a few dozen texts are learnt by heart."""

BATCH_WORDS = (200, 1000)
"""The words in a batch at the start, and at most."""

COMPOUND = 1.001
"""The factor from one batch's words to the next's, as in spaCy's default."""

FEWEST_BATCHES = 8
"""The batches that one pass has at least, so that tiny sets are not learnt in one lump."""

SMALLEST_BATCH = 50
"""The fewest words that a batch is made for."""

EVALUATIONS = 3
"""The evaluations in a training, the last one after its last step.

The best of them is kept. Each costs as much as some dozen steps, and the best of many flatters the model.
"""

OPS_CODE = '''"""Matrix products by NumPy's library: up to four times as fast as Thinc's on recent processors.

`spacy train --code` imports this file before it trains.
"""

from thinc.api import NumpyOps, set_current_ops

set_current_ops(NumpyOps(use_blis=False))
'''
"""A file beside the trainings. Both they and `spacy train` import it, so that both add up numbers alike."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long to train, in steps, and how large its batches are.

    Attributes:
        steps: The number of the last step; spaCy counts them from 0.
        warm_up: The steps over which the learning rate rises.
        batch_start: The words in a batch at the start.
        batch_stop: The words in a batch at most.
        compound: The factor from one batch to the next.
        eval_frequency: The steps from one evaluation to the next; divides `steps`.
    """

    steps: int
    warm_up: int
    batch_start: int
    batch_stop: int
    compound: float
    eval_frequency: int

    @classmethod
    def of(cls, words: int) -> Schedule:
        """Return the schedule for training texts of so many words (spaCy's tokens)."""
        words = max(words, 1)
        largest = max(words // FEWEST_BATCHES, SMALLEST_BATCH)
        start, stop = (min(size, largest) for size in BATCH_WORDS)
        steps = max(
            _steps(PASSES * words, start, stop), min(FEWEST_STEPS, _steps(MOST_PASSES * words, start, stop))
        )
        frequency = max(round(steps / EVALUATIONS), 1)
        steps = frequency * EVALUATIONS
        return cls(steps, max(round(WARM_UP * steps), 1), start, stop, COMPOUND, frequency)


def _steps(words: float, start: int, stop: int) -> float:
    """Return in how many batches so many words are seen, when the batches grow from `start` to `stop`.

    While they grow, the words seen are the sum of a geometric series.
    """
    growing = math.log(stop / start) / math.log(COMPOUND)
    grown = start * (math.exp(growing * math.log(COMPOUND)) - 1) / (COMPOUND - 1)
    if words > grown:
        return growing + (words - grown) / stop
    return math.log(1 + words * (COMPOUND - 1) / start) / math.log(COMPOUND)


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


def make_config(lang: str, seed: int, schedule: Schedule) -> Config:
    """Return the config of one training; the paths of its texts are given when it is run.

    Args:
        lang: The spaCy language.
        seed: The seed of weights, shuffling and dropout, 0 to 2**32 - 1.
        schedule: How long to train.
    """
    config = Config().from_str(_TEMPLATE, interpolate=False)
    config["nlp"]["lang"] = lang
    config["system"]["seed"] = seed
    training = config["training"]
    training["dropout"] = DROPOUT
    training["max_steps"] = schedule.steps
    training["eval_frequency"] = schedule.eval_frequency
    training["optimizer"]["learn_rate"].update(
        initial_rate=PEAK_RATE, warmup_steps=schedule.warm_up, total_steps=schedule.steps
    )
    training["batcher"]["size"].update(
        start=schedule.batch_start, stop=schedule.batch_stop, compound=schedule.compound
    )
    return config
