"""A spaCy training config of the person's own: what is wrong with it that can be told before anything runs.

Light, so that the command line refuses it without a run: spaCy's own reading of it comes with the training.
"""

from __future__ import annotations

import json
import shlex
from configparser import ConfigParser, Error
from pathlib import Path

from flowchart.errors import UserError
from flowchart.files import Kind, kind
from flowchart.text import from_here, one_line

COMPONENTS = ("ner", "beam_ner")
"""The factories of the components whose spans are measured."""

_SECTIONS = ("nlp", "components", "training")
_TRAINING = ("seed", "gpu_allocator")
"""What spaCy's training begins with, and a partial config leaves to `init fill-config`."""

_INIT = "python -m spacy init config config.cfg --pipeline ner makes one"


def refuse_config(file: Path) -> None:
    """Refuse what is no config that a training of NER could begin with.

    Raises:
        UserError: It is missing, no file or no config, it is partial, or its pipeline has no ner component.
    """
    found = kind(file)
    if found is not Kind.FILE:
        if found is Kind.FOLDER and (file / "meta.json").is_file() and (file / "config.cfg").is_file():
            raise UserError(
                f"{file}: is a pipeline; --base-model {shlex.quote(from_here(str(file)))} trains it further, "
                "with its tokenizer"
            )
        what = {Kind.NOTHING: "no such file", Kind.FOLDER: "is a directory"}.get(found, "is no regular file")
        raise UserError(f"{file}: {what}; name a spaCy training config ({_INIT})")
    config = ConfigParser(interpolation=None)
    config.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    try:
        config.read_string(file.read_bytes().decode("utf-8"))
    except (Error, UnicodeDecodeError) as error:
        what = "not UTF-8" if isinstance(error, UnicodeDecodeError) else one_line(str(error), 120)
        raise UserError(f"{file}: no spaCy training config ({what}); {_INIT}") from None
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror or error}); mend that") from None
    missing = [f"[{name}]" for name in _SECTIONS if not config.has_section(name)]
    if len(missing) == len(_SECTIONS):
        raise UserError(f"{file}: no spaCy training config (it has no {', '.join(missing)}); {_INIT}")
    missing += [
        f"[training] {name}"
        for name in _TRAINING
        if config.has_section("training") and not config.has_option("training", name)
    ]
    if missing:
        raise UserError(
            f"{file}: a partial config, as spaCy's quickstart gives it (it has no {', '.join(missing)}); "
            f"complete it: {_fill(file)}, and name the new file"
        )
    pipeline = _value(config.get("nlp", "pipeline", fallback="[]"))
    if isinstance(pipeline, list) and not any(_measured(config, f"components.{name}") for name in pipeline):
        names = ", ".join(map(str, pipeline)) or "nothing"
        raise UserError(
            f"{file}: its pipeline ({names}) has no ner component, so there is no F to measure; add one"
        )


def _fill(file: Path) -> str:
    name = "config.cfg" if file.name != "config.cfg" else "config_filled.cfg"
    return f"python -m spacy init fill-config {shlex.quote(from_here(str(file)))} {name}"


def _measured(config: ConfigParser, section: str) -> bool:
    """Whether a component finds entities, or may: one from a pipeline does not say what it is."""
    if not config.has_section(section):
        return False
    factory = _value(config.get(section, "factory", fallback="null"))
    return factory in COMPONENTS or config.has_option(section, "source") or "${" in str(factory)


def _value(text: str) -> object:
    """Return a value as what it is; as text where it refers to another."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
