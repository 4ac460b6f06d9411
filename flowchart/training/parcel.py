"""A training on its way to another machine and back.

A parcel holds all that a training reads, so that the machine needs nothing of the person's disk.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from os.path import commonpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from flowchart.workspace import sync_tree, write_atomic

if TYPE_CHECKING:
    from flowchart.training.point import Point

RESULT = "point.json"
"""The file that says that a training is done; it is written last."""

COMPARED = ("ner-tui", "python", "spacy", "thinc", "numpy")
"""What has to have the same version on all machines, or their scores could not stand on one curve."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that a training needs.

    Attributes:
        point: The pickled point, whose paths are relative to a folder that holds them all.
        folder: The point's folder, relative to the same.
        files: The content of each file, by its path relative to the same.
        versions: The versions it has to be trained with.
    """

    point: bytes
    folder: str
    files: Mapping[str, bytes]
    versions: Mapping[str, str]

    def unpack(self, folder: Path, shared: Mapping[str, bytes]) -> None:
        """Write the files, and the point itself, below a folder.

        Raises:
            ValueError: A path would lead out of the folder.
            OSError: They cannot be written.
        """
        _write(folder, {**self.files, **shared})


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of a training.

    Attributes:
        files: The files it made, by their path relative to the point's folder; none when it failed.
        message: Why it failed, in one line; "" when it did not, or ended without a word.
        status: The exit status of its process, when that ended without a word: negative for a signal.
        log: The end of what it printed, when it failed.
    """

    files: Mapping[str, bytes]
    message: str = ""
    status: int | None = None
    log: str = ""

    def unpack(self, folder: Path) -> None:
        """Put the files into the point's folder, so that the point is done at one moment or not at all.

        Raises:
            ValueError: A path would lead out of the folder, or no result is among them.
            OSError: They cannot be written.
        """
        if RESULT not in self.files:
            raise ValueError(f"{folder}: no {RESULT} came back")
        (folder / RESULT).unlink(missing_ok=True)
        arrived = folder / ".arrived"
        shutil.rmtree(arrived, ignore_errors=True)
        try:
            _write(arrived, {name: content for name, content in self.files.items() if name != RESULT})
            sync_tree(arrived)
            for new in arrived.iterdir():
                old = folder / new.name
                shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
                new.rename(old)
        finally:
            shutil.rmtree(arrived, ignore_errors=True)
        write_atomic(folder / RESULT, self.files[RESULT])


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, none of them outside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = PurePosixPath(name)
        if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
            raise ValueError(f"{name!r}: not a path inside {folder}")
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def paths_of(point: Point) -> dict[str, Path]:
    """Return the paths that a point names, by the name of the field."""
    values = {field.name: getattr(point, field.name) for field in fields(point)}
    return {name: value for name, value in values.items() if isinstance(value, Path)}


def moved(point: Point, move: Callable[[Path], Path]) -> Point:
    """Return the point with each of its paths moved."""
    changed: dict[str, Any] = {name: move(path) for name, path in paths_of(point).items()}
    return replace(point, **changed)


def files_of(point: Point) -> dict[str, Path]:
    """Return the files that a training reads: what the point names, and what lies in its folder.

    Their names are paths from the folder that holds them all.

    Raises:
        OSError: The folder cannot be read.
    """
    root = _root(point)
    named = [path for path in paths_of(point).values() if path.is_file()]
    held = [
        path
        for path in sorted(point.folder.iterdir())
        if path.is_file() and path.name != RESULT and not path.name.startswith(".")
    ]
    return {path.absolute().relative_to(root).as_posix(): path for path in [*named, *held]}


def pack(point: Point, files: Mapping[str, bytes], versions: Mapping[str, str]) -> Parcel:
    """Return the parcel of a point, with the content of the files that go in it."""
    root = _root(point)

    def relative(path: Path) -> Path:
        return path.absolute().relative_to(root)

    return Parcel(pickle.dumps(moved(point, relative)), relative(point.folder).as_posix(), files, versions)


def _root(point: Point) -> Path:
    return Path(commonpath([path.absolute() for path in paths_of(point).values()]))


def made(root: Path, folder: str, given: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files in the point's folder that are not as they came in the parcel."""
    place = root / folder
    return {
        file.relative_to(place).as_posix(): content
        for file in sorted(place.rglob("*"))
        if file.is_file()
        and not file.is_symlink()
        and (content := file.read_bytes()) != given.get(file.relative_to(root).as_posix())
    }


def differing(wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Return what of `found` has another version than wanted, in words; "" when all are the same.

    Of Python the first two numbers count: what a third one changes is no arithmetic.
    """
    wrong = []
    for name in (name for name in COMPARED if name in found):
        here, there = wanted[name], found[name]
        if name == "python":
            here, there = (".".join(version.split(".")[:2]) for version in (here, there))
        if here != there:
            wrong.append(f"{name} {there} where this machine has {here}")
    return ", ".join(wrong)
