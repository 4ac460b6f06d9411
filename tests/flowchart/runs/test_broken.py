"""Why a run broke off that could not say so itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from flowchart.runs.broken import why_broken
from flowchart.runs.folder import Run

NewRun = Callable[..., Run]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB, where this may be made: by root on Linux."""
    place, mount = tmp_path / "disk", shutil.which("mount")
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if mount is None or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("no disk of 1 MB can be made here: that takes root")
    yield place
    subprocess.run(["umount", str(place)], capture_output=True, check=True)


def test_the_last_line_of_the_log_is_the_reason(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    run.log_file.write_text("training\nMemoryError: no more\n\n", encoding="utf-8")
    assert why_broken(run) == "MemoryError: no more"


def test_a_run_killed_without_a_word_may_have_wanted_memory(new_run: NewRun, tiny: Path) -> None:
    assert "want of memory" in why_broken(new_run(tiny, start=False))


@pytest.mark.parametrize(("free", "told"), [(15, True), (16, False)])
def test_a_disk_without_room_for_an_end_is_full(
    new_run: NewRun, tiny: Path, monkeypatch: pytest.MonkeyPatch, free: int, told: bool
) -> None:
    run = new_run(tiny, start=False)
    monkeypatch.setattr(os, "statvfs", lambda _place: SimpleNamespace(f_bavail=free, f_frsize=4096))
    assert ("no space left on the disk" in why_broken(run)) is told
    assert ("memory" in why_broken(run)) is not told


def test_a_full_disk_is_not_blamed_on_memory(new_run: NewRun, tiny: Path, small_disk: Path) -> None:
    there = shutil.copytree(new_run(tiny, start=False).folder, small_disk / "run")
    assert "want of memory" in why_broken(Run.open(there))
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "filler").write_bytes(b"x" * 2_000_000)
    assert why_broken(Run.open(there)).startswith(f"no space left on the disk of {there}")
