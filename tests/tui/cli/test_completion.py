"""The completion scripts, tried in the shells that are here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tui.cli.conftest import Program
from tui.cli.commands import COMMANDS
from tui.cli.completion import bash, fish, zsh


def complete(folder: Path, *words: str) -> set[str]:
    """What bash would offer for the last word."""
    script = folder / "completion.bash"
    script.write_text(bash())
    quoted = " ".join(f"'{word}'" for word in words)
    program = (
        "compopt() { :; }\n"  # only there while a completion is asked for at a prompt
        f"source {script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}\n_ner_tui\n"
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", program], check=True, capture_output=True, text=True, cwd=folder)
    assert done.stderr == ""
    return set(done.stdout.split("\n")) - {""}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").touch()
    (tmp_path / "some folder").mkdir()
    assert set(COMMANDS) | {"train.jsonl"} <= complete(tmp_path, "ner-tui", "")
    assert complete(tmp_path, "ner-tui", "tr") == {"train-curve", "train.jsonl"}
    assert complete(tmp_path, "ner-tui", "check", "--j") == {"--json"}
    assert complete(tmp_path, "ner-tui", "runs", "ca") == {"cancel"}
    assert complete(tmp_path, "ner-tui", "check", "--workspace", "some") == {"some folder"}
    assert complete(tmp_path, "ner-tui", "train-curve", "--seed", "") == set()


@pytest.mark.parametrize(("shell", "script"), [("bash", bash), ("zsh", zsh), ("fish", fish)])
def test_the_shell_can_read_its_script(shell: str, script: object, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    file = tmp_path / "script"
    file.write_text(script())
    done = subprocess.run([shell, "-n", file], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("script", [bash, zsh, fish])
def test_every_command_and_option_is_in_it(script: object) -> None:
    text = script()
    for word in (*COMMANDS, "eval-split", "n-samples", "no-mouse", "provenance", "resume", "fish"):
        assert word in text


def test_the_command_prints_it(ner_tui: Program) -> None:
    result = ner_tui("completion", "fish")
    assert (result.returncode, result.stdout.decode()) == (0, fish())
