"""What is asked about a dataset: which run holds the answer, and which runs know anything about it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowchart import pipelines
from flowchart.curves import Pair, default_and_tuned
from flowchart.inquiry import Inquiry
from flowchart.pipelines import Pipeline, chosen_pipeline
from flowchart.runs.asked import holds, inputs_of, is_with
from flowchart.runs.command import command_line
from flowchart.runs.folder import Run
from flowchart.runs.identity import Identity
from flowchart.workspace import Workspace

Make = Callable[..., Run]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


@pytest.fixture
def inquiry(workspace: Workspace, tmp_path: Path) -> Inquiry:
    for name in ("train", "eval"):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"text": "{name} text"}}\n')
    data = {
        "train": [str(tmp_path / "train.jsonl")],
        "eval": [str(tmp_path / "eval.jsonl")],
        "lang": "en",
        "eval_split": 0.2,
        "seed": 0,
    }
    return Inquiry(workspace=workspace, data=data)


def finish(run: Run, result: dict[str, Any] | None = None, status: str = "finished") -> Run:
    """Leave a run's folder as a process that has ended leaves it, its inputs hashed."""
    for item in run.info["inputs"]:
        item["sha256"] = hashlib.sha256(Path(item["path"]).read_bytes()).hexdigest()
    run.write_info()
    identity = json.dumps(Identity.of(os.getpid(), 0).to_dict())
    run.process_file.write_text(identity)
    if result is not None:
        run.result_file.write_text(json.dumps(result))
    run.events_file.write_text(json.dumps({"event": "end", "status": status, "time": "now"}) + "\n")
    return run


def measured(inquiry: Inquiry, **result: Any) -> Run:
    return finish(inquiry.new_measuring(), {"facts": {}, "rows": {}, "check": {"documents": 2}, **result})


def curve(inquiry: Inquiry, f: float, *, eval_hash: str = "e1", status: str = "finished", **more: Any) -> Run:
    settings = {**inquiry.data, "n_samples": 1, **more}
    run = Run.create(inquiry.workspace, "train-curve", settings, inputs_of(settings), "")
    points = [{"fraction": 0.5, "ents_f": 0.99}, {"fraction": 1.0, "ents_f": f}]
    return finish(run, {"points": points, "eval": {"hash": eval_hash}}, status)


TUNED = {"overrides": {"training.dropout": "0.1"}}


# -- one question, one run ----------------------------------------------------------------------------


def test_the_same_question_finds_its_run(inquiry: Inquiry) -> None:
    assert inquiry.measuring() is None
    run = measured(inquiry)
    found = replace(inquiry).measuring()
    assert found is not None
    assert (found.id, found.recipe) == (run.id, "measure")
    newer = measured(inquiry)
    found = inquiry.measuring()
    assert found is not None
    assert found.id == newer.id


def test_a_run_without_its_result_is_asked_for_again(inquiry: Inquiry) -> None:
    run = measured(inquiry)
    for content in (None, "{torn"):
        if content is None:
            run.result_file.unlink()
        else:
            run.result_file.write_text(content)
        assert inquiry.measuring() is None


def test_a_running_one_is_the_run_and_a_failed_or_waiting_one_is_none(inquiry: Inquiry) -> None:
    inquiry.new_measuring()
    assert inquiry.measuring() is None  # nobody has started it
    for status in ("failed", "cancelled"):
        finish(inquiry.new_measuring(), status=status)
        assert inquiry.measuring() is None
    running = finish(inquiry.new_measuring())
    running.events_file.unlink()
    found = inquiry.measuring()
    assert found is not None
    assert found.id == running.id


@pytest.mark.parametrize(
    "change",
    [
        {"patterns": "other.jsonl"},
        {"models": ["some_pipeline"]},
        {"label_map": {"PERSON": "PER"}},
        {"data": {"seed": 1}},
        {"data": {"lang": "de"}},
        {"data": {"eval": []}},
    ],
    ids=str,
)
def test_another_question_is_another_run(inquiry: Inquiry, tmp_path: Path, change: dict[str, Any]) -> None:
    (tmp_path / "patterns.jsonl").write_text("{}\n")
    (tmp_path / "other.jsonl").write_text("{}\n")
    inquiry = replace(inquiry, patterns=str(tmp_path / "patterns.jsonl"))
    run = measured(inquiry)
    change = {name: {**inquiry.data, **value} if name == "data" else value for name, value in change.items()}
    if "patterns" in change:
        change["patterns"] = str(tmp_path / change["patterns"])
    other = replace(inquiry, **change)
    assert other.measuring() is None
    assert measured(other).id != run.id
    found = inquiry.measuring()
    assert found is not None
    assert found.id == run.id


def test_models_by_tuple_or_list_are_the_same_question(inquiry: Inquiry) -> None:
    """The run's settings come back from JSON as lists."""
    measured(replace(inquiry, models=("one", "two")))
    assert replace(inquiry, models=["one", "two"]).measuring() is not None
    assert replace(inquiry, models=["two", "one"]).measuring() is None


def test_another_target_is_the_same_run(inquiry: Inquiry) -> None:
    run = measured(replace(inquiry, target=0.8))
    found = replace(inquiry, target=0.9).measuring()
    assert found is not None
    assert found.id == run.id
    assert "target" not in run.settings
    assert replace(inquiry, target=0.9).facts().target == 0.9


def test_another_installed_pipeline_is_another_run(inquiry: Inquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(*found: Pipeline) -> None:
        monkeypatch.setattr(pipelines, "installed", lambda: list(found))

    install(Pipeline("one", "1.0"))
    run = measured(inquiry)
    assert run.settings["pipelines"] == ["one==1.0"]
    assert inquiry.measuring() is not None
    install(Pipeline("one", "1.1"))
    assert replace(inquiry).measuring() is None, "each asks what is installed once"
    install()
    assert replace(inquiry).measuring() is None


def test_a_file_that_was_only_touched_is_the_same(inquiry: Inquiry) -> None:
    run = measured(inquiry)
    file = Path(inquiry.data["train"][0])
    os.utime(file, (1, 1))
    found = inquiry.measuring()
    assert found is not None
    assert found.id == run.id


@pytest.mark.parametrize("role", ["train", "eval", "patterns"])
def test_a_changed_file_is_measured_anew(inquiry: Inquiry, tmp_path: Path, role: str) -> None:
    (tmp_path / "patterns.jsonl").write_text('{"pattern": "a"}\n')
    inquiry = replace(inquiry, patterns=str(tmp_path / "patterns.jsonl"))
    measured(inquiry)
    assert inquiry.measuring() is not None
    file = tmp_path / f"{role}.jsonl"
    content = file.read_text()
    file.write_text(content.replace("t", "T") if role != "patterns" else content.upper())  # of the same size
    os.utime(file, (1, 1))
    assert inquiry.measuring() is None
    file.unlink()
    assert inquiry.measuring() is None


def test_a_deleted_evaluation_set_is_split_off_and_measured_anew(inquiry: Inquiry, tmp_path: Path) -> None:
    saved = tmp_path / "saved.jsonl"
    saved.write_text("{}")
    measured(inquiry, eval_source="split", eval_file=str(saved))
    assert inquiry.measuring() is not None
    saved.unlink()
    assert inquiry.measuring() is None


def test_the_command_asks_for_the_same(inquiry: Inquiry, tmp_path: Path) -> None:
    patterns = tmp_path / "patterns.jsonl"
    asked = replace(inquiry, patterns=str(patterns), models=["one"], label_map={"PERSON": "PER", "DATE": ""})
    command = asked.new_measuring().command
    assert command.startswith(f"ner-tui advise {tmp_path}/train.jsonl,eval:{tmp_path}/eval.jsonl ")
    assert f"--patterns {patterns} --model one --map PERSON=PER --map DATE=" in command
    from tui.cli.parser import parse

    options = parse(command.split()[1:])
    assert (options.patterns, options.model, options.map) == (
        str(patterns), ["one"], ["PERSON=PER", "DATE="],
    )  # fmt: skip


def test_a_pipeline_trained_anew_in_its_folder_is_another_one(inquiry: Inquiry, tmp_path: Path) -> None:
    weights = tmp_path / "model-best" / "ner" / "model"
    weights.parent.mkdir(parents=True)
    (tmp_path / "model-best" / "meta.json").write_text("{}")
    weights.write_bytes(b"old")
    asked = replace(inquiry, models=(str(tmp_path / "model-best"), "a_package"))
    run = measured(asked)
    assert [item["path"] for item in run.info["inputs"][2:]] == [
        str(tmp_path / "model-best" / "meta.json"),
        str(weights),
    ]
    assert asked.measuring() is not None
    updating = curve(inquiry, 0.7, base_model=str(tmp_path / "model-best"))
    weights.write_bytes(b"new")
    assert asked.measuring() is None
    assert asked.known_by() is None
    assert not holds(updating)


# -- curves of this data ------------------------------------------------------------------------------


def test_what_is_about_this_data(inquiry: Inquiry, workspace: Workspace) -> None:
    run = curve(inquiry, 0.7)
    assert is_with(run, inquiry.data)
    assert holds(run)
    assert is_with(curve(inquiry, 0.7, workers=9, target=0.5), inquiry.data)
    assert not is_with(run, {**inquiry.data, "seed": 1})
    assert not is_with(run, {**inquiry.data, "eval": []})
    Path(inquiry.data["train"][0]).write_text('{"text": "other"}\n')
    assert not holds(run)


def test_runs_that_read_the_data_otherwise_are_of_other_data(inquiry: Inquiry) -> None:
    plain, fixed, own = (curve(inquiry, 0.7, **more) for more in ({}, {"fix": True}, {"tokens": "rows"}))
    asked = {**inquiry.data}
    assert [is_with(run, asked) for run in (plain, fixed, own)] == [True, False, False]
    assert [is_with(run, {**asked, "fix": True}) for run in (plain, fixed, own)] == [False, True, False]
    assert [run.id for run in inquiry.curves().blank] == [plain.id]
    mended = replace(inquiry, data={**asked, "fix": True})
    assert [run.id for run in mended.curves().blank] == [fixed.id]


def test_a_check_by_the_tokenizer_of_a_pipeline_is_not_one_of_the_data(
    inquiry: Inquiry, workspace: Workspace
) -> None:
    run = Run.create(workspace, "check", {**inquiry.data, "base_model": "some_pipeline"}, [], "")
    assert not is_with(run, inquiry.data)
    assert is_with(curve(inquiry, 0.7, base_model="some_pipeline"), inquiry.data)


def test_a_pipeline_that_gives_its_tokenizer_alone_is_not_updated(inquiry: Inquiry) -> None:
    settings = {**inquiry.data, "n_samples": 1, "base_model": "cutter"}
    run = Run.create(inquiry.workspace, "train-curve", settings, inputs_of(settings), "")
    finish(run, {"points": [{"fraction": 1.0, "ents_f": 0.5}], "eval": {"hash": "e1"}, "updates": False})
    assert [each.id for each in inquiry.curves().blank] == [run.id]
    assert inquiry.curves().updating == []


def test_what_is_asked_for_can_be_repeated_from_a_shell(inquiry: Inquiry) -> None:
    line = command_line("check", {**inquiry.data, "fix": True, "tokens": "rows"})
    assert "--fix --tokens rows" in line
    assert "--fix" not in command_line("check", inquiry.data)


def test_curves_are_those_that_finished_by_what_they_begin_with(inquiry: Inquiry) -> None:
    blank = curve(inquiry, 0.7)
    updated = curve(inquiry, 0.8, base_model="some_pipeline")
    curve(inquiry, 0.9, status="failed")
    curve(inquiry, 0.9, status="cancelled")
    tuned = curve(inquiry, 0.9, **TUNED)
    other = replace(inquiry, data={**inquiry.data, "seed": 1})
    curve(other, 0.9)
    assert [run.id for run in inquiry.curves().blank] == [tuned.id, blank.id]  # newest first
    assert [run.id for run in inquiry.curves().updating] == [updated.id]
    chosen = replace(inquiry, curve_run=blank.id)
    assert [run.id for run in chosen.curves().blank] == [blank.id, tuned.id]


def test_the_facts_are_those_of_each_run(inquiry: Inquiry) -> None:
    nothing = inquiry.facts()
    assert (nothing.check, nothing.curve, nothing.updated, nothing.measured) == (None, None, None, {})
    measured(inquiry, facts={"context": {"texts": 2}})
    blank, updated = curve(inquiry, 0.7), curve(inquiry, 0.8, base_model="some_pipeline")
    facts = replace(inquiry, target=0.8).facts()
    assert facts.check == {"documents": 2}
    assert facts.measured == {"context": {"texts": 2}}
    assert facts.target == 0.8
    assert facts.curve is not None
    assert facts.updated is not None
    assert (facts.curve["run"], facts.curve["points"][-1]["ents_f"]) == (blank.id, 0.7)
    assert (facts.updated["run"], facts.updated["points"][-1]["ents_f"]) == (updated.id, 0.8)
    assert inquiry.facts({"documents": 3}).check == {"documents": 3}


def test_a_tuned_training_of_one_point_leaves_the_last_step_to_the_curve(inquiry: Inquiry) -> None:
    whole = curve(inquiry, 0.7)
    settings = {**inquiry.data, "n_samples": 1, **TUNED}
    run = Run.create(inquiry.workspace, "train-curve", settings, inputs_of(settings), "")
    tuned = finish(run, {"points": [{"fraction": 1.0, "ents_f": 0.8}], "eval": {"hash": "e1"}})
    facts = replace(inquiry, curve_run=tuned.id).facts()
    assert facts.curve is not None
    assert facts.steps is not None
    assert (facts.curve["run"], facts.steps["run"]) == (whole.id, whole.id), "nobody knows whether it helped"
    assert facts.updated_steps is None
    asked = {"default": whole.id, "tuned": tuned.id}
    compared = Run.create(inquiry.workspace, "compare", asked, [], "")
    finish(compared, {"low": 0.01, "tuned_run": tuned.id})
    facts = inquiry.facts()
    assert facts.curve is not None
    assert facts.steps is not None
    assert (facts.curve["run"], facts.steps["run"]) == (tuned.id, whole.id)


def test_what_a_running_measuring_has_is_not_taken_for_its_result(inquiry: Inquiry) -> None:
    run = finish(inquiry.new_measuring())
    run.events_file.unlink()
    assert inquiry.facts().measured == {}


def test_what_a_measuring_has_told_before_it_was_cancelled_stays(inquiry: Inquiry) -> None:
    run = finish(inquiry.new_measuring(), status="cancelled")
    told = {"event": "fact", "name": "context", "fact": {"texts": 3}, "time": "now"}
    run.events_file.write_text(json.dumps(told) + "\n" + run.events_file.read_text())
    assert inquiry.measuring() is None, "it is measured anew when somebody asks"
    assert inquiry.facts().measured == {"context": {"texts": 3}}
    whole = measured(inquiry, facts={"context": {"texts": 4}})
    assert inquiry.facts().measured == {"context": {"texts": 4}}
    more = replace(inquiry, out_of_fold=True)
    assert more.measuring() is None
    known = more.known_by()
    assert known is not None
    assert known.id == whole.id
    assert more.facts().measured == {"context": {"texts": 4}}


# -- default and tuned --------------------------------------------------------------------------------


def ids(pair: Pair | None) -> tuple[str, str] | None:
    return None if pair is None else (pair[0].id, pair[1].id)


def test_the_newest_default_and_the_best_tuned(inquiry: Inquiry) -> None:
    def pair() -> tuple[str, str] | None:
        return ids(default_and_tuned(inquiry.curves().blank))

    curve(inquiry, 0.75)
    assert pair() is None
    default = curve(inquiry, 0.7)
    assert pair() is None
    curve(inquiry, 0.6, **TUNED)
    config = inquiry.workspace.root.parent / "own.cfg"
    config.write_text("[nlp]\n")
    best = curve(inquiry, 0.72, config=str(config))
    curve(inquiry, 0.65, overrides={"training.batcher.size.start": "100"})
    assert pair() == (default.id, best.id)
    curve(inquiry, 0.99, eval_hash="e2", **TUNED)  # on another evaluation set
    curve(inquiry, 0.99, eval_hash="", **TUNED)  # on nobody knows which
    curve(inquiry, 0.99, base_model="some_pipeline", **TUNED)
    assert pair() == (default.id, best.id)


def test_a_curve_of_grouped_texts_is_of_other_data(inquiry: Inquiry) -> None:
    plain, grouped = curve(inquiry, 0.8), curve(inquiry, 0.7, group_by="meta.document_id")
    assert [run.id for run in inquiry.curves().blank] == [plain.id]
    by_letter = replace(inquiry, data={**inquiry.data, "group_by": "meta.document_id"})
    assert [run.id for run in by_letter.curves().blank] == [grouped.id]


def test_of_how_many_the_tuned_one_is_the_best(inquiry: Inquiry) -> None:
    def tried() -> int:
        pair = default_and_tuned(inquiry.curves().blank)
        assert pair is not None
        return pair.tried

    default = curve(inquiry, 0.7)
    best = curve(inquiry, 0.72, **TUNED)
    assert tried() == 1
    comparison = inquiry.new_comparison()
    assert comparison is not None
    assert comparison.settings == {"default": default.id, "tuned": best.id}
    finish(comparison, {"difference": 0.02})
    curve(inquiry, 0.72, **TUNED)  # the same once more: nothing was chosen among
    curve(inquiry, 0.71, eval_hash="e2", overrides={"training.dropout": "0.4"})  # not measured alike
    assert tried() == 1
    worse = curve(inquiry, 0.6, overrides={"training.dropout": "0.3"})
    assert tried() == 2
    assert "tuning" not in inquiry.facts().measured, "the comparison was that of a single try"
    comparison = inquiry.new_comparison()
    assert comparison is not None
    assert comparison.settings["tried"] == 2
    assert comparison.settings["tuned"] not in (worse.id, default.id)


def test_only_tuned_ones_are_no_pair(inquiry: Inquiry) -> None:
    curve(inquiry, 0.7, **TUNED)
    assert default_and_tuned(inquiry.curves().blank) is None


def test_a_curve_without_the_whole_is_passed_over(inquiry: Inquiry) -> None:
    default, tuned = curve(inquiry, 0.7), curve(inquiry, 0.72, **TUNED)
    for more in ({}, TUNED):
        half = curve(inquiry, 0.9, **more)
        half.result_file.write_text(json.dumps({"points": [{"fraction": 0.5}], "eval": {"hash": "e1"}}))
    assert ids(default_and_tuned(inquiry.curves().blank)) == (default.id, tuned.id)


def test_a_pair_is_compared_once_and_anew_when_the_pair_changes(inquiry: Inquiry) -> None:
    assert inquiry.new_comparison() is None
    default, tuned = curve(inquiry, 0.7), curve(inquiry, 0.72, **TUNED)
    comparison = inquiry.new_comparison()
    assert comparison is not None
    assert comparison.settings == {"default": default.id, "tuned": tuned.id}
    finish(comparison, {"difference": 0.02})
    assert inquiry.new_comparison() is None
    assert inquiry.facts().measured == {"tuning": {"difference": 0.02}}
    better = curve(inquiry, 0.75, **TUNED)
    assert "tuning" not in inquiry.facts().measured
    comparison = inquiry.new_comparison()
    assert comparison is not None
    assert comparison.settings["tuned"] == better.id


def test_updated_pipelines_are_compared_among_themselves(inquiry: Inquiry) -> None:
    base = {"base_model": "some_pipeline"}
    default, tuned = curve(inquiry, 0.7, **base), curve(inquiry, 0.72, **base, **TUNED)
    comparison = inquiry.new_comparison()
    assert comparison is not None
    assert comparison.settings == {"default": default.id, "tuned": tuned.id}
    finish(comparison, {"difference": 0.03})
    assert inquiry.facts().measured == {"tuning_updated": {"difference": 0.03}}


def test_curves_that_begin_with_different_pipelines_are_no_pair(inquiry: Inquiry) -> None:
    curve(inquiry, 0.7, base_model="one")
    curve(inquiry, 0.72, base_model="two", **TUNED)
    assert default_and_tuned(inquiry.curves().updating) is None


@pytest.mark.parametrize(
    "fact", [None, {}, {"chosen": None}, {"chosen": 3, "models": [{"name": "one"}]}, "x"]
)
def test_no_pipeline_is_chosen(fact: object) -> None:
    assert chosen_pipeline(fact) == ""


def test_the_chosen_pipeline_is_named() -> None:
    assert chosen_pipeline({"chosen": 1, "models": [{"name": "one"}, {"name": "two"}]}) == "two"
