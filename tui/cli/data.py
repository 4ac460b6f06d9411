"""What the command line says about data: which files, for what, and how a run is asked to read them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowchart import data_settings
from flowchart.config_file import refuse_config
from flowchart.errors import UserError
from flowchart.files import Kind, kind
from flowchart.pipelines import name_or_folder
from flowchart.runs.command import EVAL_PREFIX, USUAL, unusual

WORKERS = 2
"""The number of processes that train the points of a curve."""


@dataclass(frozen=True)
class Data:
    """The files of a dataset, absolute.

    Attributes:
        train: Files to train on.
        eval: Files to evaluate on; empty when a part of the training data is split off.
    """

    train: tuple[Path, ...]
    eval: tuple[Path, ...]


def named(arguments: Iterable[str], evaluation: Iterable[str] = ()) -> Data:
    """Return the files that arguments name, each of them there and with something in it.

    Args:
        arguments: Files, several in one argument with commas between, `eval:` before an evaluation set. A
            name that is a file as it stands is taken as it stands, commas and all.
        evaluation: More evaluation sets.

    Raises:
        UserError: A file is missing, a directory, or empty, or there is none to train on.
    """
    train: list[Path] = []
    held_out: list[Path] = []
    for argument in arguments:
        for part in [argument] if _is_file(argument) else argument.split(","):
            if part.startswith(EVAL_PREFIX) and not _is_file(part):
                held_out.append(_file(part.removeprefix(EVAL_PREFIX)))
            elif part:
                train.append(_file(part))
    held_out.extend(_file(name) for name in evaluation)
    if not train:
        raise UserError("only evaluation sets are given; name a file to train on as well")
    return Data(tuple(train), tuple(held_out))


def _is_file(name: str) -> bool:
    try:
        return kind(Path(name)) is Kind.FILE
    except UserError:  # a hundred names with commas between are longer than a name may be
        return False


def _file(name: str) -> Path:
    file = Path(name).absolute()
    found = kind(Path(name))
    if found is Kind.NOTHING:
        raise UserError(f"{name}: no such file{_meant(name)}")
    if found is Kind.FOLDER:
        raise UserError(f"{name}: is a directory; name the JSONL file in it")
    if found is not Kind.FILE:
        raise UserError(
            f"{name}: is no regular file, and a run reads its data more than once; save it to a file"
        )
    if file.stat().st_size == 0:
        raise UserError(f"{name}: is empty; export the dataset again")
    return file


def _meant(name: str) -> str:
    """Return a hint when a command was probably meant."""
    from difflib import get_close_matches

    from tui.cli.commands import COMMANDS

    close = get_close_matches(name, COMMANDS, 1)
    return f" (nor a command; did you mean {close[0]}?)" if close else ""


def check_settings(data: Data, options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of a run that checks the data."""
    return {
        "train": [str(file) for file in data.train],
        "eval": [str(file) for file in data.eval],
        "lang": options.lang,
        "eval_split": options.eval_split,
        "seed": options.seed,
        **data_settings.unusual(vars(options)),
    }


def tokenizer_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return what decides the tokenizer of a training, as far as it is given.

    Raises:
        UserError: The config is not there, or none that a training could begin with.
    """
    given = {name: getattr(options, name, None) for name in data_settings.TOKENIZER}
    if given["config"]:
        refuse_config(Path(str(given["config"])))
        given["config"] = str(Path(str(given["config"])).absolute())
    if given["base_model"]:
        given["base_model"] = name_or_folder(str(given["base_model"]))
    return {name: value for name, value in given.items() if value}


def curve_settings(data: Data, options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of a run that trains a learning curve; what is as usual is left out.

    Raises:
        UserError: The config is not there, or none that a training could begin with.
    """
    settings: dict[str, Any] = {
        **check_settings(data, options),
        "n_samples": options.n_samples,
        "workers": getattr(options, "workers", WORKERS),
    }
    more = {name: getattr(options, name, None) for name in USUAL}
    more.update(tokenizer_settings(options))
    return {**settings, **unusual(more)}
