"""How much the choice of the best flatters: one training is evaluated often, and the best evaluation is kept.

The best of some numbers that hold chance is likely one that chance was kind to, so its F on the texts that
it was chosen by is too high. On texts that had no part in the choice it is not. So the texts are cut into
`FOLDS` parts, for each part the evaluation that is best on all others is taken, and what that one got right
and wrong in the part is counted: F of all parts together is one that the choice does not flatter. After Stone
1974, "Cross-Validatory Choice and Assessment of Statistical Predictions" (JRSS B 36), and Varma and Simon
2006, "Bias in error estimation when using cross-validation for model selection" (BMC Bioinformatics 7:91).

The bootstrap's optimism (Efron 1983, JASA 78) is not taken: it draws from scores that hold the chance
already, and among equal evaluations finds only 0.7 of what the best is flattered by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowchart.training.scores import Counts

FOLDS = 10
"""The parts that the texts are cut into: nine tenths choose nearly as all of them do."""

CUTS = 50
"""How often they are cut anew, so that the result does not hang on one cut."""

Floats = NDArray[np.float64]


def flattery(evaluations: Sequence[Counts], chosen: int, seed: int) -> float:
    """Return by how much F of the kept evaluation is too high for its having been chosen, 0 to 1.

    0.0 with one evaluation. Where another score than F chose it, it is flattered less, and what is found is
    at least 0.

    Args:
        evaluations: What each evaluation of one training got right and wrong on the same texts, in their
            order; one at least.
        chosen: The place of the one whose model was kept.
        seed: The seed of the cuts.

    Raises:
        ValueError: They are not of the same texts.
        IndexError: There is no such evaluation.
    """
    sizes = sorted({counts.docs for counts in evaluations})
    if len(sizes) > 1:
        raise ValueError(f"eval sets of {' and '.join(map(str, sizes))} texts cannot be compared")
    kept = evaluations[chosen]
    right, size = (np.array(table) for table in zip(*map(_by_text, evaluations), strict=True))
    texts = np.flatnonzero(size.any(axis=0))  # the others change no sum
    if len(evaluations) == 1 or len(texts) < 2:
        return 0.0
    right, size = right[:, texts], size[:, texts]
    generator = np.random.default_rng((seed, 3))
    folds = min(FOLDS, len(texts))
    unseen = [
        _unflattered(right, size, generator.permutation(len(texts)) % folds, folds) for _ in range(CUTS)
    ]
    found = float(kept.scores()["ents_f"]) - float(np.mean(unseen))
    return max(found, 0.0)


def _unflattered(right: Floats, size: Floats, part: NDArray[np.int64], folds: int) -> float:
    """Return F where each part of the texts has the evaluation that is best on the other parts.

    Args:
        right: Twice the true positives, evaluations x texts.
        size: Twice the true positives and all wrong and missed ones, likewise.
        part: The part of each text.
        folds: The number of parts.
    """
    member = np.eye(folds)[part]
    right_in, size_in = right @ member, size @ member
    others = size.sum(axis=1)[:, None] - size_in
    scores = np.divide(
        right.sum(axis=1)[:, None] - right_in, others, out=np.zeros_like(others), where=others > 0
    )
    # Of equals the last one, as spaCy has it.
    best = len(scores) - 1 - np.argmax(scores[::-1], axis=0)
    places = np.arange(folds)
    return float(right_in[best, places].sum() / max(size_in[best, places].sum(), 1))


def _by_text(counts: Counts) -> tuple[Floats, Floats]:
    """Return for each text twice its true positives, and that with what is wrong and what is missed."""
    right, size = np.zeros(counts.docs), np.zeros(counts.docs)
    for text, _, tp, fp, fn in counts.rows:
        right[text] += 2 * tp
        size[text] += 2 * tp + fp + fn
    return right, size
