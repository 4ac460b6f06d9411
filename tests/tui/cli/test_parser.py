"""The commands and options, and what `--help` costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flowchart import __version__
from flowchart.errors import UserError
from tests.tui.cli.conftest import Program, program_environment
from tui.cli.commands import COMMANDS
from tui.cli.parser import app_parser, command_parser, parse


def test_data_opens_the_app() -> None:
    options = parse(["one.jsonl,eval:two.jsonl", "--ascii", "three.jsonl"])
    assert options.module == "open_app"
    assert options.data == ["one.jsonl,eval:two.jsonl", "three.jsonl"]
    assert options.ascii
    assert not options.demo


def test_no_argument_opens_the_app() -> None:
    options = parse([])
    assert (options.module, options.data, options.workspace) == ("open_app", [], None)


@pytest.mark.parametrize(
    "arguments", [["--workspace", "W", "check", "x"], ["check", "x", "--workspace", "W"]]
)
def test_options_may_stand_before_the_command(arguments: list[str]) -> None:
    options = parse(arguments)
    assert (options.module, options.workspace, options.data) == ("check", "W", ["x"])


def test_a_value_named_like_a_command_is_no_command() -> None:
    options = parse(["--workspace", "check", "demo"])
    assert (options.demo, options.workspace) == (True, "check")


def test_a_file_named_like_a_command_is_given_with_its_folder() -> None:
    assert parse(["./demo"]).data == ["./demo"]
    assert parse(["--", "demo"]).data == ["demo"]


def test_train_curve_takes_prodigys_options() -> None:
    options = parse(
        ["train-curve", "--ner", "a,eval:b", "--n-samples", "5", "--eval-split", "0.3", "--show-plot"]
    )
    assert (options.ner, options.n_samples, options.eval_split, options.show_plot) == (
        ["a,eval:b"],
        5,
        0.3,
        True,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["check"],
        ["check", "x", "--eval-split", "1.5"],
        ["check", "x", "--eval-split", "nan"],
        ["train-curve", "--ner", "x", "--n-samples", "0"],
        ["train-curve", "--ner", "x", "--n-samples", "2.5"],
        ["train-curve", "x"],
        ["check", "x", "--seed", "-1"],
        ["runs", "explode"],
        ["completion", "tcsh"],
        ["demo", "x.jsonl"],
    ],
)
def test_nonsense_is_one_line(arguments: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        parse(arguments)
    assert "\n" not in str(caught.value)
    assert "--help" in str(caught.value)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_examples(name: str) -> None:
    text = command_parser(name).format_help()
    assert f"ner-tui {name}" in text[text.index("examples:") :]


def test_help_of_the_app_lists_the_commands() -> None:
    text = app_parser().format_help()
    assert all(f"  {name} " in text for name in COMMANDS)


def test_version(ner_tui: Program) -> None:
    for arguments in (["--version"], ["check", "--version"], ["runs", "--version"]):
        result = ner_tui(*arguments)
        assert (result.returncode, result.stdout, result.stderr) == (
            0,
            f"ner-tui {__version__}\n".encode(),
            b"",
        )


HEAVY = ("textual", "spacy", "numpy", "srsly", "msgspec", "thinc", "plotext", "rich", "asyncio", "subprocess")


def loaded(statement: str, tmp_path: Path) -> set[str]:
    """The modules that a statement loads in an interpreter of its own, those of the start left out."""
    program = (
        "import sys; before = set(sys.modules)\n"
        f"try:\n    {statement}\n"
        "except SystemExit: pass\n"
        "print('\\n' + ' '.join(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env=program_environment(tmp_path),
        cwd=tmp_path,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "statement",
    [
        "import tui.cli",
        "import tui.cli; tui.cli.main(['--version'])",
        "import tui.cli; tui.cli.main(['--help'])",
        "import tui.cli; tui.cli.main(['train-curve', '--help'])",
        "import tui.cli; tui.cli.main(['completion', 'bash'])",
    ],
)
def test_the_start_imports_nothing_heavy(statement: str, tmp_path: Path) -> None:
    modules = loaded(statement, tmp_path)
    assert "tui.cli" in modules
    assert not modules & set(HEAVY)
    assert "flowchart.graph" not in modules


@pytest.mark.parametrize("module", ["check", "train_curve", "runs", "export", "plain_report", "open_app"])
def test_no_command_loads_what_only_children_need(module: str, tmp_path: Path) -> None:
    modules = loaded(f"import tui.cli.{module}", tmp_path)
    assert f"tui.cli.{module}" in modules
    assert not modules & {"textual", "spacy", "numpy", "srsly", "msgspec", "thinc", "plotext"}


def test_the_app_knows_what_was_not_said() -> None:
    names = ("eval_split", "lang", "seed", "n_samples", "repeats", "target")
    for arguments in ([], ["demo"]):
        assert {getattr(parse(arguments), name) for name in names} == {None}
    assert (parse(["--seed", "0"]).seed, parse(["check", "x"]).seed, parse(["check", "x"]).lang) == (
        0,
        0,
        "en",
    )
    for parser in (app_parser(), command_parser("demo"), command_parser("train-curve")):
        text = parser.format_help()
        assert "(default 0.2)" in text
        assert "None" not in text
