"""The workspace: held by one app at a time, and files written whole where they belong."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from flowchart.errors import UserError
from flowchart.workspace import DEMO, VARIABLE, Workspace, write_atomic, write_named


def refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def flock(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("flowchart.workspace.fcntl.flock", flock)


def test_a_second_app_is_told_who_has_it(tmp_path: Path) -> None:
    with Workspace(tmp_path).lock() as remark:
        assert remark == ""
        with pytest.raises(UserError, match=f"process {os.getpid()}"), Workspace(tmp_path).lock():
            pass


def test_a_file_system_without_locks_is_a_remark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, errno.ENOLCK)
    with Workspace(tmp_path).lock() as remark:
        assert "knows no locks" in remark


def test_any_other_trouble_with_the_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, errno.EIO)
    with pytest.raises(UserError, match=os.strerror(errno.EIO)), Workspace(tmp_path).lock():
        pass
    (tmp_path / "lock").unlink()
    (tmp_path / "lock").mkdir()
    with pytest.raises(UserError, match="cannot be written"), Workspace(tmp_path).lock():
        pass


def test_the_option_that_a_command_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    assert Workspace.find().option == ""
    assert Workspace.find(None, DEMO).option == " --workspace .ner-tui-demo"
    assert Workspace.find("a b", DEMO).option == " --workspace 'a b'"
    monkeypatch.setenv(VARIABLE, "elsewhere")
    assert Workspace.find(None, DEMO).root == tmp_path / "elsewhere"
    assert Workspace.find(None, DEMO).option == ""


@pytest.mark.parametrize("write", [write_atomic, write_named])
def test_a_link_stays_a_link(tmp_path: Path, write: object) -> None:
    assert callable(write)
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "file", tmp_path / "link"
    link.symlink_to(file)
    for text in ("new", "newer"):
        write(link, text)
        assert link.is_symlink()
        assert file.read_text() == text
    assert [each.name for each in file.parent.iterdir()] == ["file"]


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_named(pipe, "a report")
    reader.join(10)
    assert read == ["a report"]
    assert pipe.is_fifo()


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not written"):
        write_named(tmp_path / "none" / "file", "x")
