"""The documents keep their word: their commands run, and they name every key, flag and kind of finding."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from textual.binding import Binding

from flowchart import demo
from flowchart.dataset.kinds import KINDS
from tui.cli.parser import COMMANDS, app_parser, command_parser

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs/guide.md").read_text(encoding="utf-8")
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/guide.md"]
TEXTS = 20
"""Enough to train on, few enough to train in seconds."""


def commands(document: str) -> list[str]:
    """The ner-tui commands in a document's code blocks, in its order, without prompts."""
    blocks = re.findall(r"^```(?:console|sh|bash)\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(("ner-tui", "python -m flowchart"))]


def quick(command: str) -> str:
    """The same command, where it would open the app or train the whole demo: its plain report, untrained."""
    words = command.split("|")[0].split("#")[0].split()
    if words[0] == "ner-tui" and (len(words) < 2 or words[1] == "demo" or words[1] not in COMMANDS):
        more = [flag for flag in ("--plain", "--no-train") if flag not in words]
        return command.replace(" ".join(words), " ".join([*words, *more]), 1)
    return command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the documents talk about."""
    for name, file in zip(("train.jsonl", "eval.jsonl"), demo.files(), strict=True):
        rows = file.read_text(encoding="utf-8").splitlines(keepends=True)[:TEXTS]
        (tmp_path / name).write_text("".join(rows), encoding="utf-8")
    subprocess.run(["gzip", "-k", "train.jsonl"], cwd=tmp_path, check=True)
    (tmp_path / "flowchart").mkdir()
    shutil.copy(ROOT / "flowchart/spancat.toml", tmp_path / "flowchart")
    for wanted in ("home/.zfunc", "home/.config/fish/completions"):
        (tmp_path / wanted).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md"])
def test_commands_run(name: str, folder: Path) -> None:
    found = commands((ROOT / name).read_text(encoding="utf-8"))
    assert len(found) >= 6
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    home = folder / "home"
    environment = {**os.environ, "PATH": path, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    failed = {}
    for command in found:
        line = quick(command)
        if "jq" in line and shutil.which("jq") is None:
            line = line.split("|")[0]
        done = subprocess.run(
            ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, timeout=100
        )
        if done.returncode or "Traceback" in done.stderr:
            failed[line] = done.returncode, done.stderr[-500:]
    assert not failed


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        there = (ROOT / name).parent / file if file else ROOT / name
        assert there.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [title.lower().replace(" ", "-") for title in titles], target


def test_every_kind_of_finding_is_explained() -> None:
    explained = re.findall(r"^\| `([\w-]+)` \| (error|warning|info) \| (\w+) \|", GUIDE, re.MULTILINE)
    assert explained == [(name, kind.severity, kind.stage) for name, kind in KINDS.items()]


def test_every_option_is_explained() -> None:
    parsers: list[argparse.ArgumentParser] = [app_parser(), *map(command_parser, COMMANDS)]
    there = {flag for parser in parsers for action in parser._actions for flag in action.option_strings}
    section = GUIDE[GUIDE.index("## The command line") : GUIDE.index("## The workspace")]
    rows = "\n".join(re.findall(r"^\| `-.*", section, re.MULTILINE))
    assert set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", rows)) == there


def test_every_key_is_explained() -> None:
    from tui.app import NerTuiApp
    from tui.panes.question import QuestionPane
    from tui.panes.tree import FlowchartTree, SearchInput
    from tui.screens.dialogs import Ask, Choice
    from tui.screens.findings import FindingsScreen
    from tui.screens.main import MainScreen
    from tui.screens.runs import RunsScreen

    screens = (MainScreen, NerTuiApp, FlowchartTree, SearchInput, QuestionPane)
    screens = (*screens, FindingsScreen, RunsScreen, Ask, Choice)
    ids = {
        binding.id
        for screen in screens
        for binding in screen.BINDINGS
        if isinstance(binding, Binding) and binding.id
    }
    section = GUIDE[GUIDE.index("## Keys") : GUIDE.index("Other keys for an action")]
    assert set(re.findall(r"`([a-z]+\.[a-z_]+)`", section)) == ids
    for name in ("y", "n", "u", "t", "x", "e", "w", "f", "o", "z", "v", "p", "R", "q", "/", "?", ":", "."):
        assert f"`{name}`" in section
