"""The measure recipe, for real: every fact is told and kept, and its rows are where they are said to be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from flowchart import graph
from flowchart.advice import advise
from flowchart.errors import UserError
from flowchart.evidence import MEASURES, Facts, measure
from flowchart.findings_file import read_findings, read_row
from flowchart.measures import FACTS, span_shape
from flowchart.recipes import measure as recipe
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import launch
from flowchart.runs.progress import Progress
from flowchart.runs.reporter import Reporter
from flowchart.workspace import Workspace
from tests.flowchart.runs.helpers import make_rows, wait_for_end, write_rows

CHART = graph.load()

NO_PIPELINE = {"models": ["no_such_pipeline_anywhere"]}
"""Loading a real one takes most of a run's time."""


def made(tmp_path: Path, train: Path, eval: Path | None = None, **settings: Any) -> Run:
    evaluation = [str(eval)] if eval is not None else []
    inputs = [("train", train), *([("eval", eval)] if eval is not None else [])]
    asked = {"train": [str(train)], "eval": evaluation, "lang": "en", "eval_split": 0.25, "seed": 0}
    return Run.create(
        Workspace(tmp_path / "work"), "measure", {**asked, **settings}, inputs, "ner-tui advise"
    )


def measured(run: Run) -> dict[str, Any]:
    """Run the recipe in this process; its result, held to be plain data."""
    result = recipe.run(run, Reporter(run.events_file))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    return result


def rows_of(run: Run, name: str) -> list[dict[str, Any]]:
    """The rows behind a fact, each as it can be opened: a finding that has its file."""
    return read_findings(run.folder / f"rows-{name}.jsonl", limit=10_000)


def told(run: Run) -> dict[str, Any]:
    """What the events have told of the facts, as the screen folds them."""
    progress = Progress.of(run.settings)
    for event in run.events()[0]:
        progress.fold(event)
    return dict(progress.facts)


def task(text: str, *parts: str, label: str = "DRUG") -> dict[str, Any]:
    spans = [
        {"start": text.index(part), "end": text.index(part) + len(part), "label": label} for part in parts
    ]
    return {"text": text, "spans": spans, "answer": "accept"}


# -- the result ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run in a process of its own, with the pipelines that are installed."""
    folder = tmp_path_factory.mktemp("whole")
    patterns = folder / "patterns.jsonl"
    patterns.write_text(
        '{"label": "DRUG", "pattern": [{"lower": "aspirin"}]}\n{"label": "DRUG", "pattern": [{}\n'
    )
    train = write_rows(folder / "train.jsonl", make_rows(60))
    eval = write_rows(folder / "eval.jsonl", make_rows(30, seed=1))
    run = made(folder, train, eval, patterns=str(patterns))
    launch(run)
    assert wait_for_end(run) is Status.FINISHED
    return run


def result_of(run: Run) -> dict[str, Any]:
    result = run.result()
    assert result is not None
    return result


def test_every_fact_is_there(whole: Run) -> None:
    result = result_of(whole)
    assert list(result["facts"]) == list(FACTS)
    for name, fact in result["facts"].items():
        assert "error" not in fact, (name, fact)
        assert fact["seconds"] >= 0
    assert result["facts"]["context"]["texts"] == sum(
        bool(row["spans"]) for seed, count in ((0, 60), (1, 30)) for row in make_rows(count, seed)
    )


def test_each_is_told_as_soon_as_it_is_there(whole: Run) -> None:
    names = [event["name"] for event in whole.events()[0] if event["event"] == "fact"]
    assert names == list(FACTS)
    assert told(whole) == result_of(whole)["facts"]
    said = [
        event for event in whole.events()[0] if event["event"] == "progress" and event["stage"] == "measure"
    ]
    assert said[0]["message"] == FACTS["context"].doing
    assert (said[0]["done"], said[-1]["done"], said[-1]["total"]) == (0, len(FACTS), len(FACTS))


def test_the_rows_are_as_many_as_their_summaries_say(whole: Run) -> None:
    summaries = result_of(whole)["rows"]
    assert list(summaries) == list(FACTS)
    assert sum(summary["total"] for summary in summaries.values()) > 0
    for name, summary in summaries.items():
        rows = rows_of(whole, name)
        assert summary["file"] == f"rows-{name}.jsonl"
        assert summary["total"] == len(rows) == sum(kind["count"] for kind in summary["kinds"])
        assert Counter(row["kind"] for row in rows) == {
            kind["kind"]: kind["count"] for kind in summary["kinds"]
        }


def test_every_row_opens_the_row_of_its_text(whole: Run) -> None:
    for name in FACTS:
        for row in rows_of(whole, name)[:50]:
            written = read_row(Path(row["file"]), row["row"])
            if row["file"].endswith("patterns.jsonl"):
                continue
            assert row["excerpt"].strip("…")[:20] in json.loads(written)["text"], name
            if row["span"]:
                start, end = row["span"]
                assert row["excerpt"][start:end].strip()


def test_what_check_says_is_in_it(whole: Run, tmp_path: Path) -> None:
    from flowchart.recipes import check

    result = result_of(whole)["check"]
    run = Run.create(Workspace(tmp_path / "work"), "check", whole.settings, [], "")
    checked = check.run(run, Reporter(run.events_file))
    own = ("seconds", "versions")
    assert {key: value for key, value in result.items() if key not in own} == {
        key: value for key, value in checked.items() if key not in own
    }


def test_every_question_is_answered_from_it_or_says_what_it_takes(whole: Run) -> None:
    result = result_of(whole)
    facts = Facts(check=result["check"], measured=result["facts"])
    for node in CHART.nodes.values():
        if node.measure in MEASURES:
            evidence = measure(node, facts)
            assert evidence is not None, node.id
            assert evidence.rows in ("", MEASURES[node.measure].fact)
    assert advise(CHART, facts).reason


def test_a_broken_row_of_the_patterns_is_left_out_and_told(whole: Run) -> None:
    fact = result_of(whole)["facts"]["rules"]
    assert (fact["source"], fact["patterns"], fact["left_out"]["count"]) == ("given", 1, 1)
    assert fact["left_out"]["first"][0].startswith("row 2: ")
    (row,) = [row for row in rows_of(whole, "rules") if row["kind"] == "left out"]
    assert (row["file"], row["row"]) == (whole.settings["patterns"], 2)
    assert row["excerpt"].startswith('{"label": "DRUG", "pattern": [{}')


def test_the_same_twice_is_the_same(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "train.jsonl", make_rows(40))
    first, second = (measured(made(tmp_path, file, **NO_PIPELINE)) for _ in range(2))
    for result in (first, second):
        result["facts"]["rules"].pop("file")  # in the run's own folder
        result["facts"]["eval_quality"].pop("source")
        for fact in result["facts"].values():
            fact.pop("seconds")
    assert first["facts"] == second["facts"]
    assert (first["eval_source"], second["eval_source"]) == ("split", "saved")
    assert first["eval_hash"] == second["eval_hash"]


# -- what cannot be found out -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "the patterns cannot be read"),
        ("", "the patterns cannot be read (the file is empty)"),
        ("{", "no pattern that can"),
    ],
)
def test_patterns_that_cannot_be_used_stop_nothing_else(
    tmp_path: Path, content: str | None, said: str
) -> None:
    patterns = tmp_path / "patterns.jsonl"
    if content is not None:
        patterns.write_text(content)
    file = write_rows(tmp_path / "train.jsonl", make_rows(40))
    run = made(tmp_path, file, patterns=str(patterns), **NO_PIPELINE)
    result = measured(run)
    assert set(result["facts"]["rules"]) == {"error", "refused", "seconds"}
    assert result["facts"]["rules"]["refused"] == "patterns"
    assert said in result["facts"]["rules"]["error"]
    assert str(patterns) in result["facts"]["rules"]["error"]
    assert [name for name, fact in result["facts"].items() if "error" in fact] == ["rules"]
    assert told(run) == result["facts"]
    assert rows_of(run, "rules") == []
    evidence = measure(CHART.nodes["rules.can_write"], Facts(measured=result["facts"]))
    assert evidence is not None
    assert (evidence.suggestion, evidence.reason) == ("CAN'T TELL", result["facts"]["rules"]["error"])


def test_whatever_a_fact_breaks_on_stops_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("two\nlines")

    monkeypatch.setattr(span_shape, "measure", broken)
    file = write_rows(tmp_path / "train.jsonl", make_rows(40))
    result = measured(made(tmp_path, file, **NO_PIPELINE))
    assert [name for name, fact in result["facts"].items() if "error" in fact] == ["span_shape"]
    assert result["facts"]["span_shape"]["error"] == r"KeyError: 'two\nlines'"
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_of_very_many_texts_some_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "MOST_TEXTS", 12)
    train = write_rows(tmp_path / "train.jsonl", sentences(30))
    eval = write_rows(tmp_path / "eval.jsonl", sentences(20, first=30))
    facts = measured(made(tmp_path, train, eval, **NO_PIPELINE))["facts"]
    drawn = {"training": [12, 30], "evaluation": [12, 20]}
    assert {name: fact.get("drawn") for name, fact in facts.items()} == {
        **dict.fromkeys(FACTS, drawn),
        "eval_quality": None,
        "models": None,
    }
    assert (facts["context"]["all_texts"], facts["rules"]["texts"]) == (24, 12)
    assert (facts["eval_quality"]["texts"], facts["models"]["all_texts"]) == (20, 20)
    assert facts["span_shape"]["written"] == 50


def test_data_whose_spans_fit_no_tokens_is_measured_as_far_as_it_goes(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "train.jsonl", [task(f"Nothing fits text{n}.", "oth") for n in range(30)])
    result = measured(made(tmp_path, file, **NO_PIPELINE))
    facts = Facts(check=result["check"], measured=result["facts"])
    for node in CHART.nodes.values():
        evidence = measure(node, facts)
        if evidence is not None and node.measure not in ("annotation_count", "eval_quality"):
            assert evidence.suggestion == "CAN'T TELL", (node.id, evidence)


def test_data_that_cannot_be_read_ends_the_run(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text("no json\n")
    with pytest.raises(UserError, match=r"train\.jsonl"):
        measured(made(tmp_path, file))


# -- what the data is -------------------------------------------------------------------------------


def suggestion(run: Run, box: str) -> tuple[str, str]:
    result = measured(run)
    evidence = measure(CHART.nodes[box], Facts(check=result["check"], measured=result["facts"]))
    assert evidence is not None
    return evidence.suggestion, evidence.reason


def test_a_list_of_words_has_no_context(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "train.jsonl", [task(f"word{n}", f"word{n}") for n in range(40)])
    run = made(tmp_path, file, **NO_PIPELINE)
    answer, reason = suggestion(run, "improve.in_context")
    assert answer == "NO"
    assert reason.startswith("0 of 40 annotated texts (0.0%) have at least 3 words around their spans")
    assert "40 texts are nothing but one span" in reason
    rows = rows_of(run, "context")
    assert len(rows) == 40
    assert {row["message"] for row in rows} == {"0 words outside its spans"}


def test_running_text_has_context(tmp_path: Path) -> None:
    texts = [task(f"We gave her aspirin on day {n}, as always.", "aspirin") for n in range(40)]
    run = made(tmp_path, write_rows(tmp_path / "train.jsonl", texts), **NO_PIPELINE)
    assert suggestion(run, "improve.in_context")[0] == "YES"


def sentences(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Texts that are not nearly the same, with a span each."""
    adverbs = ["slowly", "quickly", "seldom", "often", "never", "always", "gladly", "hardly"]
    verbs = ["helped", "calmed", "harmed", "pleased", "puzzled", "woke", "bored", "cured", "tired", "moved"]
    people = ["farmers", "pilots", "bakers", "nurses", "singers", "teachers", "painters", "sailors", "judges"]
    made_of = []
    for n in range(first, first + count):
        parts = [
            f"item{n}",
            adverbs[n % 8],
            verbs[n % 10],
            people[n % 9],
            f"in{n}",
            f"town{n * 7}",
            f"by{n * 3}",
        ]
        made_of.append(task(" ".join(parts) + ".", f"item{n}", label="ITEM"))
    return made_of


def changed(row: dict[str, Any]) -> dict[str, Any]:
    """The same text with other case and punctuation; its span stays where it is."""
    return {**row, "text": row["text"][0].upper() + row["text"][1:-1] + " !"}


def evaluation_sure(
    tmp_path: Path, train: Sequence[dict[str, Any]], eval: Sequence[dict[str, Any]]
) -> tuple[Run, str, str]:
    files = [
        write_rows(tmp_path / f"{name}.jsonl", list(r)) for name, r in (("train", train), ("eval", eval))
    ]
    run = made(tmp_path, *files, **NO_PIPELINE)
    return run, *suggestion(run, "rules.evaluation_sure")


def test_an_evaluation_set_of_its_own_has_nothing_wrong(tmp_path: Path) -> None:
    run, answer, reason = evaluation_sure(tmp_path, sentences(40), sentences(200, first=40))
    assert answer == "YES", reason
    assert rows_of(run, "eval_quality") == []


@pytest.mark.parametrize(
    ("copied", "kind"),
    [(dict, "eval-text-in-train"), (changed, "eval-text-near-train")],
    ids=["exact", "near"],
)
def test_evaluation_texts_copied_into_training_are_caught(tmp_path: Path, copied: Any, kind: str) -> None:
    eval = sentences(200, first=40)
    train = [*sentences(40), *(copied(row) for row in eval[10:15])]
    run, answer, reason = evaluation_sure(tmp_path, train, eval)
    assert answer == "NO"
    assert reason.startswith("5 of 200 texts (2.5%) are known from training; ")
    rows = rows_of(run, "eval_quality")
    assert {row["kind"] for row in rows} == {kind}
    assert {Path(row["file"]).name for row in rows} == {"eval.jsonl"}
    assert [row["row"] for row in rows] == [11, 12, 13, 14, 15]


def test_two_copied_texts_of_two_hundred_are_not_more_than_a_hundredth(tmp_path: Path) -> None:
    eval = sentences(200, first=40)
    run, answer, _ = evaluation_sure(tmp_path, [*sentences(40), *eval[:2]], eval)
    assert answer == "YES"
    assert len(rows_of(run, "eval_quality")) == 2


def test_contradictions_and_lost_spans_of_the_evaluation_set_are_caught(tmp_path: Path) -> None:
    eval = sentences(200, first=40)
    for row in eval[:3]:
        row["spans"][0]["end"] -= 1  # inside a token
    again = [{**row, "spans": []} for row in eval[5:8]]
    train = sentences(40)
    train[0]["spans"][0]["end"] -= 1  # in the training file: none of the evaluation set's business
    run, answer, reason = evaluation_sure(tmp_path, train, [*eval, *again])
    assert answer == "NO"
    assert "3 spans fit no token boundaries" in reason
    assert "3 rows contradict another row of their text" in reason
    rows = rows_of(run, "eval_quality")
    assert {Path(row["file"]).name for row in rows} == {"eval.jsonl"}
    assert Counter(row["kind"] for row in rows)["misaligned"] == 3


def test_a_label_that_is_not_in_the_evaluation_set_is_told(tmp_path: Path) -> None:
    train = [*sentences(40), task("A rare colour, red.", "red", label="COLOUR")]
    _, answer, reason = evaluation_sure(tmp_path, train, sentences(200, first=40))
    assert answer == "NO"
    assert "1 label with nothing to be measured on (COLOUR)" in reason
