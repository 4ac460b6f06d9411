"""The workspace: held by one app at a time, and files written whole where they belong."""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.document import Document
from flowchart.dataset.eval_set import EvalSet
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.runs.folder import Run
from flowchart.workspace import DEMO, VARIABLE, Workspace, sync_tree, write_atomic, write_named

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for a descriptor's name")


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


Calls = list[tuple[str, str]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The calls by which names and contents reach the disk, in order, with the names they are about."""
    made: Calls = []
    fsync, replace, link, mkdir = os.fsync, Path.replace, os.link, Path.mkdir

    def synced(descriptor: int) -> None:
        made.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    def replaced(self: Path, target: Path) -> Path:
        made.append(("rename", Path(target).name))
        return replace(self, target)

    def linked(old: Path, new: Path) -> None:
        made.append(("link", Path(new).name))
        link(old, new)

    def made_folder(self: Path, *arguments: Any, **options: Any) -> None:
        mkdir(self, *arguments, **options)
        made.append(("mkdir", self.name))

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(Path, "mkdir", made_folder)
    return made


def is_temporary(name: str) -> bool:
    return name.startswith(".") and name.endswith(".tmp")


@linux
def test_what_is_written_is_on_the_disk_under_its_name(tmp_path: Path, calls: Calls) -> None:
    """Content, then name, then folder: without the last a power cut brings the old content back."""
    write_atomic(tmp_path / "session.json", "new")
    (content, temporary), *rest = calls
    assert content == "fsync"
    assert is_temporary(temporary)
    assert rest == [("rename", "session.json"), ("fsync", tmp_path.name)]


@linux
def test_a_new_workspace_and_a_new_run_are_on_the_disk(tmp_path: Path, calls: Calls) -> None:
    run = Run.create(Workspace(tmp_path / "a" / "b"), "check", {}, [], "")
    made = [call for call in calls if not is_temporary(call[1])]
    assert made == [
        *[("mkdir", "a"), ("fsync", tmp_path.name), ("mkdir", "b"), ("fsync", "a")],
        *[("mkdir", "runs"), ("fsync", "b"), ("rename", ".gitignore"), ("fsync", "b")],
        *[("mkdir", run.id), ("fsync", "runs"), ("rename", "run.json"), ("fsync", run.id)],
    ]


@linux
def test_a_saved_evaluation_set_is_on_the_disk(tmp_path: Path, calls: Calls) -> None:
    saved = EvalSet(
        tmp_path / "sets", [tmp_path / "a.jsonl"], seed=0, share=0.2, tokenizer=Tokenizer.of("en")
    )
    assert saved.save([Document("Ann saw Rome", ((0, 3, "PER"),), (0, 1))])
    assert calls.index(("fsync", "sets"), calls.index(("link", saved.file.name)))


@linux
def test_what_is_in_a_folder_is_on_the_disk_before_it_is_said_to_be_there(
    tmp_path: Path, calls: Calls
) -> None:
    (tmp_path / "model" / "ner").mkdir(parents=True)
    (tmp_path / "model" / "ner" / "weights").write_bytes(b"0")
    calls.clear()
    sync_tree(tmp_path / "model")
    assert sorted(calls) == [("fsync", "model"), ("fsync", "ner"), ("fsync", "weights")]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP])
def test_a_file_system_that_knows_no_sync_of_folders_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fsync = os.fsync

    def refuse(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    write_atomic(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "broken")))
    with pytest.raises(OSError, match="broken"):
        write_atomic(tmp_path / "other", "new")


def test_an_answer_is_saved_in_a_moment(tmp_path: Path) -> None:
    took = []
    for number in range(20):
        began = time.perf_counter()
        write_atomic(tmp_path / "session.json", f"{number}" * 10_000)
        took.append(time.perf_counter() - began)
    assert sorted(took)[10] < 0.05
