"""The tokenizer that a curve's trainings will have: the one that spans must fit, and that is checked with.

A trained pipeline's own, that of a config with whatever the config does to it before a training, or the
language's.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import get_package_path, load_config, load_model, load_model_from_config
from thinc.api import Config

from flowchart.data_settings import ROWS
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.text import one_line
from flowchart.training.config import make_config, no_pipeline
from flowchart.training.schedule import Schedule
from flowchart.training.settings import Settings


def tokenizer_of(settings: Settings) -> Tokenizer:
    """Return what cuts the texts of a curve.

    Raises:
        UserError: There is no such language or pipeline, or the config cannot be used.
    """
    rows = settings.tokens == ROWS
    if settings.config or settings.overrides:
        nlp = _configured(settings)
    elif settings.base_model:
        nlp = _pipeline(settings.base_model)
    else:
        return Tokenizer.of(settings.lang, rows=rows)
    return Tokenizer(nlp, str(nlp.lang), _identity(nlp), rows)


def _pipeline(name: str) -> Language:
    """Return a trained pipeline without its components."""
    try:
        folder = Path(name) if Path(name).is_dir() else get_package_path(name)
        found = sorted(folder.glob("**/config.cfg"), key=lambda file: len(file.parts))
        parts = load_config(found[0])["nlp"]["pipeline"] if found else []
        return load_model(name, exclude=parts)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise no_pipeline(name, error) from error


def _configured(settings: Settings) -> Language:
    """Return the pipeline of a config without its components, initialised as for a training.

    Raises:
        UserError: The config cannot be used.
    """
    config = make_config(settings, 0, Schedule.of(1, settings.overrides))
    config["components"] = {}
    config["nlp"].update(pipeline=[], disabled=[])
    initialize: dict[str, Any] = {"vectors": None, "init_tok2vec": None, "components": {}}
    config["initialize"] = {**config.get("initialize", {}), **initialize}
    try:
        return _made(config)
    except Exception:  # of whatever kind: a callback may look for the components
        config["nlp"]["after_pipeline_creation"] = config["initialize"]["after_init"] = None
    try:
        return _made(config)
    except Exception as error:
        raise UserError(
            f"{settings.config or 'the overrides'}: no pipeline can be made of it "
            f"({one_line(str(error), 160)}); mend that setting"
        ) from error


def _made(config: Config) -> Language:
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.initialize()
    return nlp


def _identity(nlp: Language) -> str:
    """Return what tells a pipeline's tokenizer from its language's own; "" when they are the same."""
    try:
        usual = _digest(spacy.blank(str(nlp.lang)))
    except (ImportError, ValueError, OSError):  # a language of the person's own
        usual = ""
    found = _digest(nlp)
    return "" if found == usual else found


def _digest(nlp: Language) -> str:
    kind = f"{type(nlp.tokenizer).__module__}.{type(nlp.tokenizer).__qualname__}"
    try:
        content = nlp.tokenizer.to_bytes(exclude=["vocab"])  # type: ignore[union-attr]
    except (AttributeError, TypeError, NotImplementedError):  # one of the person's own
        content = b""
    return hashlib.sha256(kind.encode() + content).hexdigest()[:16]
