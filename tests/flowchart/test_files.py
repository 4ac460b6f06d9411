"""Paths that somebody typed: whatever is wrong with one is said, and raises nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowchart.errors import UserError
from flowchart.files import Kind, kind, typed
from flowchart.pipelines import name_or_folder

NOBODY = "~nobody-of-that-name/x.jsonl"
TOO_LONG = "x" * 300


def test_a_home_that_there_is_not_is_told() -> None:
    assert typed(" ~/x ") == Path.home() / "x"
    with pytest.raises(UserError, match="no such user"):
        typed(NOBODY)


def test_what_a_path_names(tmp_path: Path) -> None:
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.write_text("x")
    os.mkfifo(pipe)
    found = {path: kind(path) for path in (file, tmp_path, pipe, tmp_path / "none", file / "below")}
    assert list(found.values()) == [Kind.FILE, Kind.FOLDER, Kind.OTHER, Kind.NOTHING, Kind.NOTHING]
    assert kind(Path("/dev/null")) is Kind.OTHER


def test_what_the_system_does_not_tell_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for odd in (TOO_LONG, "a\0b"):
        with pytest.raises(UserError, match="cannot be read"):
            kind(tmp_path / odd)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", denied)
    with pytest.raises(UserError, match="Permission denied"):
        kind(tmp_path)


@pytest.mark.parametrize("name", ["en_core_web_sm", NOBODY, TOO_LONG, ""])
def test_what_is_no_folder_is_a_name(name: str) -> None:
    assert name_or_folder(f" {name} ") == name


def test_a_folder_is_kept_with_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model").mkdir()
    assert name_or_folder("model") == str(tmp_path / "model")
