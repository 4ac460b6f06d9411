"""The command line that asks for a run: what the app starts can be started, and repeated, from a shell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EVAL_PREFIX = "eval:"
"""What stands before an evaluation set, as in Prodigy."""

COMMANDS = {"measure": "advise"}
"""The command that asks for a recipe, where it has another name."""

USUAL: dict[str, Any] = {
    "repeats": 1,
    "target": None,
    "config": None,
    "base_model": None,
    "gpu_id": -1,
    "executor": "local",
    "overrides": {},
}
"""The settings of a curve that are only written down where they are other than these."""


def unusual(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return those settings of a curve that are to be written down; None is as usual, too."""
    return {name: options[name] for name, usual in USUAL.items() if options.get(name) not in (None, usual)}


def command_line(recipe: str, settings: Mapping[str, Any]) -> str:
    """Return the command that asks for a run with these settings, ready to copy."""
    import shlex

    files = ",".join([*settings["train"], *(EVAL_PREFIX + file for file in settings["eval"])])
    words = ["ner-tui", COMMANDS.get(recipe, recipe), *(["--ner"] if recipe == "train-curve" else []), files]
    if settings.get("patterns"):
        words += ["--patterns", str(settings["patterns"])]
    words += ["--out-of-fold"] * bool(settings.get("out_of_fold"))
    for model in settings.get("models") or ():
        words += ["--model", str(model)]
    for own, label in (settings.get("label_map") or {}).items():
        words += ["--map", f"{own}={label}"]
    if "n_samples" in settings:
        words += ["--n-samples", str(settings["n_samples"])]
    for name, value in unusual(settings).items():
        if name == "overrides":
            for setting, given in value.items():
                words += [f"--{setting}", str(given)]
        else:
            words += ["--" + name.replace("_", "-"), str(value)]
    words += ["--fix"] * bool(settings.get("fix"))
    if settings.get("tokens"):
        words += ["--tokens", str(settings["tokens"])]
    if settings.get("group_by"):
        words += ["--group-by", str(settings["group_by"])]
    if not settings["eval"]:
        words += ["--eval-split", str(settings["eval_split"])]
    return shlex.join([*words, "--lang", str(settings["lang"]), "--seed", str(settings["seed"])])
