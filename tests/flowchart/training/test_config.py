from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy import registry
from spacy.training.initialize import init_nlp
from spacy.util import load_config

from flowchart.curves import TRIED
from flowchart.dataset.document import Document
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.training.config import make_config
from flowchart.training.corpora import Corpora
from flowchart.training.schedule import MOST_PASSES, PASSES, SMALL, Schedule
from flowchart.training.settings import Settings


@given(st.integers(0, 3_000_000))
def test_the_steps_see_the_words_often_enough(words: int) -> None:
    schedule = Schedule.of(words)
    assert 1 <= schedule.warm_up <= schedule.steps
    assert 0 < schedule.batch_start <= schedule.batch_stop
    sizes = registry.schedules.get("compounding.v1")(
        schedule.batch_start, schedule.batch_stop, schedule.compound
    )
    seen = sum(itertools.islice(sizes, schedule.steps))
    if words > 2000:
        assert 0.95 * PASSES * words <= seen <= 1.05 * MOST_PASSES * words


def test_from_a_size_on_more_words_never_make_fewer_steps() -> None:
    steps = [Schedule.of(words).steps for words in range(SMALL, 400_000, 997)]
    assert steps == sorted(steps) or max(a - b for a, b in itertools.pairwise(steps)) <= 3


def test_half_of_a_small_set_is_trained_for_longer() -> None:
    assert Schedule.of(SMALL // 2 + 2_000).steps > 1.2 * Schedule.of(SMALL).steps


def test_the_config_is_an_ordinary_one(tmp_path: Path) -> None:
    corpora = Corpora(Tokenizer.of("en"))
    documents = [Document("Anna took aspirin .", ((10, 17, "DRUG"),), (0, 1))]
    texts = corpora.write(documents, tmp_path / "train.spacy")
    assert (texts.docs, texts.spans, texts.words) == (1, 1, 4)
    make_config(Settings((), ()), 5, Schedule.of(texts.words)).to_disk(
        tmp_path / "config.cfg", interpolate=False
    )
    config = load_config(
        tmp_path / "config.cfg",
        overrides={"paths.train": str(texts.file), "paths.dev": str(texts.file)},
        interpolate=False,
    )
    nlp = init_nlp(config)
    assert nlp.pipe_names == ["ner"]
    assert nlp.get_pipe("ner").labels == ("DRUG",)  # type: ignore[attr-defined]
    assert nlp.config.interpolate()["training"]["seed"] == 5


def test_the_same_texts_make_the_same_bytes(tmp_path: Path) -> None:
    documents = [
        Document(f"{number} aspirin", ((len(str(number)) + 1, len(str(number)) + 8, label),), (0, number))
        for number, label in enumerate(["DRUG", "B-LOC", "O", "[x]", "a\nb"] * 3)
    ]
    first, second = (Corpora(Tokenizer.of("en")).write(documents, tmp_path / name) for name in ("a", "b"))
    assert first.sha256 == second.sha256


def test_a_span_off_the_tokens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="row 7"):
        Corpora(Tokenizer.of("en")).write([Document("aspirin", ((1, 4, "DRUG"),), (0, 7))], tmp_path / "a")


@given(st.integers(1, 300_000))
def test_the_work_of_a_schedule_is_the_words_of_its_batches(words: int) -> None:
    schedule = Schedule.of(words)
    sizes = registry.schedules.get("compounding.v1")(
        schedule.batch_start, schedule.batch_stop, schedule.compound
    )
    assert schedule.words == pytest.approx(sum(itertools.islice(sizes, schedule.steps)), rel=0.02, abs=60)


@pytest.mark.parametrize("name", ["training.nope", "nope.dropout", "training.optimizer.nope.deeper"])
def test_a_setting_that_is_none_is_refused(name: str) -> None:
    settings = Settings((), (), overrides={name: "1"})
    with pytest.raises(UserError, match="no such setting"):
        make_config(settings, 0, Schedule.of(1000))


def seen_by(schedule: Schedule) -> float:
    sizes = registry.schedules.get("compounding.v1")(
        schedule.batch_start, schedule.batch_stop, schedule.compound
    )
    return sum(itertools.islice(sizes, schedule.steps))


@pytest.mark.parametrize("tried", TRIED)
@pytest.mark.parametrize("words", [14_000, 40_000, 200_000])
def test_other_batches_go_through_the_texts_as_often(words: int, tried: dict[str, float]) -> None:
    usual, other = Schedule.of(words), Schedule.of(words, tried)
    assert seen_by(other) == pytest.approx(seen_by(usual), rel=0.05)
    settings = Settings((), (), overrides=tried)
    config = make_config(settings, 0, other)
    rate = config["training"]["optimizer"]["learn_rate"]
    assert config["training"]["max_steps"] == rate["total_steps"] == other.steps


def test_passes_and_steps_of_ones_own_end_with_a_rate_of_zero_and_an_evaluation() -> None:
    usual = Schedule.of(40_000)
    twice = Schedule.of(40_000, {"training.max_epochs": str(2 * int(PASSES))})
    assert seen_by(twice) == pytest.approx(2 * seen_by(usual), rel=0.05)
    for steps in (1, 7, 40, 997, 5000):
        overrides = {"training.max_steps": str(steps)}
        schedule = Schedule.of(40_000, overrides)
        config = make_config(Settings((), (), overrides=overrides), 0, schedule)
        training = config["training"]
        assert training["max_steps"] == training["optimizer"]["learn_rate"]["total_steps"] == steps
        assert steps % training["eval_frequency"] == 0
    asked = Settings((), (), overrides={"training.max_epochs": "20"})
    config = make_config(asked, 0, Schedule.of(40_000, asked.overrides))
    assert config["training"]["max_epochs"] == 0, "the steps say it, and the last one is evaluated"


@pytest.mark.parametrize("overrides", [{"training.max_epochs": "x"}, {"training.batcher.size": "500"}])
def test_an_override_that_makes_no_schedule_leaves_the_usual_one(overrides: dict[str, str]) -> None:
    assert Schedule.of(40_000, overrides) == Schedule.of(40_000)


@pytest.mark.parametrize("name", ["system.seed", "training.seed"])
def test_the_seed_is_no_override_since_each_repeat_has_its_own(name: str) -> None:
    with pytest.raises(UserError, match="--seed"):
        make_config(Settings((), (), overrides={name: "7"}), 0, Schedule.of(1000))


def test_what_a_registered_function_takes_besides_can_be_set() -> None:
    settings = Settings((), (), overrides={"training.optimizer.beta1": "0.8", "training.patience": "100"})
    config = make_config(settings, 0, Schedule.of(1000))
    assert (config["training"]["optimizer"]["beta1"], config["training"]["patience"]) == (0.8, 100)
