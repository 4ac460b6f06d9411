"""The tokenizer that trains is the one that the spans are held against."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import DocBin
from spacy.util import load_config

from flowchart.dataset.corpus import prepare
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.runs.folder import Run
from flowchart.runs.process import environment
from flowchart.training.config import make_config
from flowchart.training.schedule import Schedule
from flowchart.training.settings import Settings
from flowchart.training.tokenizing import tokenizer_of
from tests.flowchart.dataset.test_tokens import doses
from tests.flowchart.training.test_own_config import BASE, own_config, result_of

__all__ = ["own_config"]

NewRun = Callable[..., Run]
TEXT = "took 7ng of 3"
CUT = ["took", "7", "ng", "of", "3"]
QUICK = {"training.max_steps": 20}


def words(tokenizer: Tokenizer) -> list[str]:
    return [token.text for token in tokenizer.doc(TEXT)]


@pytest.fixture
def cutter(tmp_path: Path) -> Path:
    """A pipeline without components whose tokenizer parts a number from its unit."""
    nlp = spacy.blank("en")
    nlp.tokenizer.suffix_search = spacy.util.compile_suffix_regex(  # type: ignore[union-attr]
        [*nlp.Defaults.suffixes, r"(?<=[0-9])ng"]  # type: ignore[misc]
    ).search
    nlp.to_disk(tmp_path / "cutter")
    return tmp_path / "cutter"


def write(file: Path, tasks: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    return file


def test_the_languages_own_has_no_identity_of_its_own() -> None:
    assert tokenizer_of(Settings((), ())).identity == ""
    assert tokenizer_of(Settings((), (), overrides={"nlp.lang": "de"})).identity == ""
    assert words(tokenizer_of(Settings((), ()))) != CUT


def test_an_installed_pipeline_that_cuts_as_its_language_does_shares_its_sets() -> None:
    pytest.importorskip(BASE, reason=f"{BASE} is not installed; it is part of ner-tui[test]")
    assert tokenizer_of(Settings((), (), base_model=BASE)).identity == ""


def test_that_of_a_base_model(cutter: Path) -> None:
    found = tokenizer_of(Settings((), (), base_model=str(cutter)))
    assert words(found) == CUT
    assert found.identity != ""
    assert found.identity == tokenizer_of(Settings((), (), base_model=str(cutter))).identity


def test_that_of_a_config_whatever_it_does_to_it(cutter: Path, tmp_path: Path, own_config: Path) -> None:
    config = load_config(own_config, interpolate=False)
    copy = {"@callbacks": "spacy.copy_from_base_model.v1", "tokenizer": str(cutter), "vocab": None}
    config["initialize"]["before_init"] = copy
    config.to_disk(tmp_path / "copy.cfg", interpolate=False)
    assert words(tokenizer_of(Settings((), (), config=tmp_path / "copy.cfg"))) == CUT
    assert words(tokenizer_of(Settings((), (), config=own_config))) != CUT


def test_that_of_an_override(own_config: Path) -> None:
    overrides = {"nlp.tokenizer.@tokenizers": "spacy.Tokenizer.v1", "nlp.lang": "de"}
    found = tokenizer_of(Settings((), (), config=own_config, overrides=overrides))
    assert found.lang == "de"
    with pytest.raises(UserError, match="no pipeline can be made of it") as caught:
        tokenizer_of(Settings((), (), overrides={"nlp.tokenizer.@tokenizers": "nobody.has.this"}))
    assert "\n" not in str(caught.value)


def test_a_curve_goes_by_the_tokenizer_of_its_base_model(
    new_run: NewRun, cutter: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "doses.jsonl", doses(40))
    result = result_of(new_run(file, "train-curve", n_samples=1, base_model=str(cutter), overrides=QUICK))
    assert (result["train"]["spans"], result["eval"]["spans"]) == (30, 10)
    assert result["updates"] is False  # it has no ner to train further, and gives its tokenizer alone
    checked = result_of(new_run(file, "check", base_model=str(cutter)))
    assert checked["eval_hash"] == result["eval"]["hash"]
    assert checked["eval_source"] == "saved"


def test_the_rows_own_tokens_are_trained_as_spacy_would(new_run: NewRun, tmp_path: Path) -> None:
    file = write(tmp_path / "doses.jsonl", doses(40))
    run = new_run(file, "train-curve", n_samples=1, tokens="rows", overrides=QUICK)
    result: dict[str, Any] = result_of(run)
    assert (result["train"]["spans"], result["eval"]["spans"]) == (30, 10)
    doc = next(iter(DocBin().from_disk(run.folder / "dev.spacy").get_docs(spacy.blank("en").vocab)))
    assert [ent.text for ent in doc.ents] == ["ng"]
    command = shlex.split(next(line for line in result["commands"] if "spacy train" in line))
    subprocess.run(
        [sys.executable, *command[1:]],
        check=True,
        capture_output=True,
        env=environment(),
        cwd=run.info["cwd"],
    )
    weights = [
        (run.folder / "points/100" / name / "ner/model").read_bytes()
        for name in ("model", "repeated/model-best")
    ]
    assert weights[0] == weights[1]
    theirs = json.loads((run.folder / "points/100/repeated/model-best/meta.json").read_text())["performance"]
    assert theirs["ents_f"] == result["points"][0]["ents_f"]


def test_a_reader_that_cannot_keep_the_rows_tokens_is_refused(tmp_path: Path, own_config: Path) -> None:
    config = load_config(own_config, interpolate=False)
    config["corpora"]["train"] = {"@readers": "spacy.PlainTextCorpus.v1", "path": "${paths.train}"}
    config.to_disk(tmp_path / "plain.cfg", interpolate=False)
    settings = Settings((), (), config=tmp_path / "plain.cfg", tokens="rows")
    with pytest.raises(UserError, match=r"leave out --tokens rows"):
        make_config(settings, 0, Schedule.of(100))


def test_tokens_are_of_spacy_or_of_the_rows() -> None:
    with pytest.raises(UserError, match="tokens 'mine'"):
        Settings.read({"tokens": "mine"})


def test_a_report_with_its_own_tokenizer(shared_data: Path) -> None:
    base = shared_data / "reports/04-tokenizer"
    if not base.exists():
        pytest.skip("this report is not here")
    tokenizer = tokenizer_of(Settings((), (), base_model=str(base)))
    corpus = prepare([shared_data / "reports/04.jsonl"], tokenizer=tokenizer)
    assert [sum(len(each.spans) for each in side) for side in (corpus.train, corpus.eval)] == [96, 24]
