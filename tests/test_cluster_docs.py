"""What the pages about clusters and scale say is so: commands, settings, messages, links and sums."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flowchart.training import errands, schedule
from tui.cli.parser import parse

ROOT = Path(__file__).parents[1]
CLUSTERS = (ROOT / "docs/clusters.md").read_text(encoding="utf-8")
SCALE = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
ELSEWHERE = ("helm ", "kubectl ", "openssl ", "shuf ")
"""Commands of programs that are not ours and not dask's."""


def blocks(text: str, *languages: str) -> list[str]:
    return re.findall(rf"^```(?:{'|'.join(languages)})\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    lines = [
        line.removeprefix("$ ") for block in blocks(text, "console", "sh") for line in block.splitlines()
    ]
    return [line for line in lines if line]


def table(text: str, columns: int) -> list[list[str]]:
    rows = [re.split(r" *\| *", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if len(row) == columns]


def test_our_commands_are_taken() -> None:
    ours = [line for text in (CLUSTERS, SCALE) for line in commands(text) if line.startswith("ner-tui ")]
    assert len(ours) >= 2
    for line in ours:
        assert parse(shlex.split(line)[1:]).module == "train_curve"


def test_dasks_commands_have_these_options() -> None:
    pytest.importorskip("distributed")
    found = [line for line in commands(CLUSTERS) if line.startswith("dask ")]
    found += re.findall(r"`(dask (?:scheduler|worker) -[^`]+)`", CLUSTERS)
    assert {line.split()[1] for line in found} == {"scheduler", "worker", "ssh"}
    helps: dict[str, str] = {}
    for line in found:
        _, name, *words = line.split()
        if name not in helps:
            helps[name] = subprocess.run(
                [sys.executable, "-m", "dask", name, "--help"], capture_output=True, text=True, check=True
            ).stdout
        for option in (word for word in words if word.startswith("--")):
            assert f"{option} " in helps[name], line
    for option in ("--hostfile", "--ssh-username", "--ssh-private-key"):
        assert option in helps["ssh"]
    for option in re.findall(r'"(--lifetime[\w-]*)"', CLUSTERS):
        assert option in helps["worker"]


def test_every_command_is_known() -> None:
    for text in (CLUSTERS, SCALE):
        for line in commands(text):
            assert line.startswith(("ner-tui ", "dask ", *ELSEWHERE)), line


def test_dask_has_these_settings() -> None:
    dask_config = pytest.importorskip("dask").config
    pytest.importorskip("distributed")
    named = re.findall(r"`(distributed\.[\w.-]+)`", CLUSTERS)
    place: list[str] = []
    for line in blocks(CLUSTERS, "yaml")[0].splitlines():
        name, value = line.strip().split(":", 1)
        place[len(line) - len(line.lstrip()) >> 1 :] = [name]
        keys = re.findall(r"(\w+): /", value) if "{" in value else [None] if value else []
        named += [".".join([*place, key] if key else place) for key in keys]
    assert len(named) == 9
    for name in named:
        assert dask_config.get(name, "missing") != "missing", name
    assert dask_config.get("distributed.scheduler.allowed-failures") == 3


def test_the_programs_are_python() -> None:
    programs = blocks(CLUSTERS, "python")
    assert len(programs) == 2
    for program in programs:
        ast.parse(program)


def test_the_messages_are_those_of_the_code() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "flowchart/training").glob("*.py"))
    quoted = re.findall(r'^\| "([^"]+)" \|', CLUSTERS, re.MULTILINE)
    assert len(quoted) >= 8
    for words in quoted:
        assert words in code, words
    assert f"waits {errands.NO_WORKER / 60:.0f} minutes for new ones" in CLUSTERS


@pytest.mark.parametrize("name", ["clusters.md", "scale.md"])
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    seen = 0
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        there = ROOT / "docs" / (file or name)
        assert there.is_file(), target
        titles = re.findall(r"^#+ (.*)", there.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in [title.lower().replace(" ", "-") for title in titles], target
        seen += 1
    titles = re.findall(r"^## (.*)", text, re.MULTILINE)
    assert all(f"[{title}](#{title.lower().replace(' ', '-')})" in text for title in titles)
    assert seen > len(titles)  # the contents, and more


def test_the_sums_come_out() -> None:
    named = {row[0].strip("`"): float(row[1].replace(",", "")) for row in table(SCALE, 4) if row[0][0] == "`"}
    assert len(named) >= 14
    assert named["P"] == schedule.PASSES
    (head, *rows) = (row for row in table(SCALE, 7))
    sizes = [float(cell.replace(",", "")) for cell in head[3:]]
    assert sizes[-1] == 1e7
    assert len(rows) >= 12
    wrong = []
    for what, formula, _, *cells in rows:
        for size, cell in zip(sizes, cells, strict=True):
            value = eval(formula.strip("`"), {"__builtins__": {}}, {**named, "N": size})
            if float(cell.replace(",", "")) != pytest.approx(value, rel=0.051):  # two digits
                wrong.append(f"{what}, {size:,.0f} texts: {value:.2g}, not {cell}")
    assert not wrong, "\n".join(wrong)
