"""The documents keep their word: they name every key, flag, finding, file and number, and no other."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import shlex
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from textual.binding import Binding
from textual.theme import BUILTIN_THEMES

import tui
from flowchart import demo, graph
from flowchart.advice import Stop
from flowchart.dataset.formats.jsonl import MAX_LINE
from flowchart.dataset.funnel import STAGES
from flowchart.dataset.kinds import KINDS
from flowchart.dataset.loading import MAX_BROKEN
from flowchart.errors import EXIT_USER_ERROR
from flowchart.evidence import MEASURES, NEEDS
from tests.documents import DOCUMENTS, GUIDE, ROOT, rows, section, ticked
from tui.app import PAPER
from tui.cli import EXIT_FAILED
from tui.cli.commands import COMMANDS
from tui.cli.parser import app_parser, command_parser, parse
from tui.following import PAUSE
from tui.panes.metrics import ROOM_FOR_BOTH
from tui.screens.findings import PAGE
from tui.screens.help import key_name
from tui.screens.layout import COLUMNS_FROM, SMALLEST


def test_every_kind_of_finding_is_explained() -> None:
    table = [cells for cells in rows(section("Findings")) if cells[0].startswith("`")]
    explained = [(ticked(cells[0])[0], *cells[1:4]) for cells in table]
    assert explained == [(name, kind.severity, kind.stage, kind.meaning) for name, kind in KINDS.items()]
    assert all(cells[4] for cells in table)


def test_every_command_and_exit_code_is_explained() -> None:
    table = list(rows(section("The command line")))
    usages = [ticked(cells[0]) for cells in table if cells[0].startswith("`ner-tui")]
    named = [usage[0].split()[1] if " [DATA" not in usage[0] else "" for usage in usages]
    assert named == ["", *COMMANDS]
    words = set(re.findall(r"\w+", " ".join(word for usage in usages for word in usage)))
    for name in ("runs", "completion"):
        for action in command_parser(name)._actions:
            assert {*(action.choices or ())} <= words
    codes = [cells[0] for cells in table if len(cells) == 2 and cells[0][0].isdigit()]
    assert codes == ["0", str(EXIT_FAILED), str(EXIT_USER_ERROR), "128 + n"]


def test_every_step_of_the_funnel_is_explained() -> None:
    steps = [cells[0] for cells in rows(section("The funnel")) if len(cells) == 2]
    assert ", ".join(steps[1:]) == ", ".join(STAGES)


ANSWERS = "What each question is answered from"
"""The section about the measures."""


def test_every_measured_question_is_explained() -> None:
    table = [cells for cells in rows(section(ANSWERS)) if len(cells) == 7 and cells[0].startswith("`")]
    explained = {ticked(cells[0])[0]: cells for cells in table}
    assert [*explained] == [*MEASURES]
    charts = (graph.load(), graph.load(Path(graph.__file__).with_name("spancat.toml")))
    nodes = [node for chart in charts for node in chart.nodes.values()]
    for name, (_, questions, *rest) in explained.items():
        asked = re.findall(r'"([^"]+\?)"', questions)
        of_it = [node for node in nodes if node.measure == name]
        assert of_it, name
        for node in of_it:
            if node.id in charts[0].nodes:
                assert any(node.text.startswith(question) for question in asked), node.id
        for question in asked:
            assert any(node.text.startswith(question) for node in of_it), question
        for node in of_it:
            told = " ".join(rest)
            if node.threshold is not None:
                assert re.search(rf"(?<![\w.]){node.threshold:g}(?!\.?\d)", told), (node.id, node.threshold)
            for limit, value in node.limits.items():
                assert f"`{limit}` {value:g}" in told, (node.id, limit)
        assert {*ticked(rest[-1])} <= {*NEEDS}, name
    count = sum(node.is_decision for node in charts[0].nodes.values())
    assert f"All {count} questions of the NER Flowchart are measured, by {len(MEASURES)} measures" in GUIDE


def test_what_measures_may_lack_is_explained() -> None:
    table = [cells for cells in rows(section(ANSWERS)) if len(cells) == 4 and ticked(cells[0])]
    assert {ticked(cells[0])[0]: cells[1] for cells in table} == NEEDS
    assert all(cells[2] and cells[3] for cells in table)
    options = {flag for action in command_parser("advise")._actions for flag in action.option_strings}
    for cells in table:
        assert {*re.findall(r"--[\w-]+", cells[3])} <= options
        for command in ticked(cells[2]):
            if command.startswith("ner-tui "):
                parse(shlex.split(command)[1:])


def test_every_end_of_a_walk_is_explained() -> None:
    ends = [ticked(cells[0])[0] for cells in rows(section("Advice")) if len(cells) == 2]
    assert ends == ["stop", *Stop]


def test_the_messages_under_trouble_are_those_of_the_code() -> None:
    code = "".join(
        file.read_text(encoding="utf-8")
        for part in ("tui", "flowchart")
        for file in (ROOT / part).rglob("*.py")
    )
    quoted = [
        words
        for cells in rows(section("When something is wrong"))
        for words in re.findall(r'"([^"]+)"', cells[0])
    ]
    assert len(quoted) >= 8
    for words in quoted:
        assert words in code, words


def test_every_option_of_every_command_is_explained() -> None:
    explained: defaultdict[str, set[str]] = defaultdict(set)
    for cells in rows(section("The command line")):
        if cells[0].startswith("`-"):
            flags = re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", cells[0])
            for command in cells[1].split(", "):
                explained[command].update(flags)
    parsers = {"app": app_parser(), **{name: command_parser(name) for name in COMMANDS}}
    assert explained == {
        name: {flag for action in parser._actions for flag in action.option_strings}
        for name, parser in parsers.items()
    }


def bindings() -> Iterator[Binding]:
    """Every binding of every screen, pane and widget, and of the app."""
    for info in pkgutil.walk_packages(tui.__path__, "tui."):
        module = importlib.import_module(info.name)
        for thing in vars(module).values():
            if isinstance(thing, type) and thing.__module__ == info.name:
                yield from (binding for binding in vars(thing).get("BINDINGS", ()))


def test_every_key_is_explained() -> None:
    bound: defaultdict[str, set[str]] = defaultdict(set)
    for binding in bindings():
        if binding.id:
            bound[binding.id].update(key_name(key) for key in binding.key.split(","))
    explained: defaultdict[str, set[str]] = defaultdict(set)
    for cells in rows(section("Keys")):
        if len(cells) == 3 and (ids := ticked(cells[2])):
            keys = ticked(cells[0])
            for place, name in enumerate(ids):  # one id to several keys, one key to several ids, or in pairs
                explained[name].update([keys[place]] if len(keys) == len(ids) else keys)
    assert len(bound) > 40
    assert explained == bound


def test_the_examples_of_files_are_taken() -> None:
    examples = {
        language: re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
        for language in ("json", "toml")
    }
    (settings,) = map(json.loads, examples["json"])
    assert settings["keys"].keys() <= {binding.id for binding in bindings()}
    assert settings["theme"] in BUILTIN_THEMES
    assert f"`{PAPER.name}` is the default" in GUIDE
    for theme in ("ansi-dark", "ansi-light"):
        assert f"`{theme}`" in GUIDE
        assert theme in BUILTIN_THEMES
    (corrections,) = map(tomllib.loads, examples["toml"])
    assert corrections["edge"]
    assert corrections["node"]


def test_the_example_of_corrections_fits_the_chart(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "flowchart.toml"
    file.write_text(example, encoding="utf-8")
    chart, asked = graph.load(None, file), tomllib.loads(example)
    corrected = [
        (edge.source, edge.answer, edge.target) for edge in chart.edges if edge.basis == ("corrected",)
    ]
    assert corrected == [(edge["from"], edge["answer"], edge["to"]) for edge in asked["edge"]]
    for name, box in asked["node"].items():
        node, before = chart.nodes[name], graph.load().nodes[name]
        for limit, value in box.pop("limits", {}).items():
            assert node.limits == {**before.limits, limit: value} != before.limits
        for key, value in box.items():
            assert getattr(node, key) == value != getattr(before, key)


def test_the_numbers_are_those_of_the_code() -> None:
    from flowchart.evidence import consistency
    from flowchart.measures import models
    from flowchart.recipes import measure
    from flowchart.training import config, intervals, schedule, verdict
    from flowchart.training.settings import MOST_SAMPLES

    text = re.sub(r"\s+", " ", GUIDE)
    for words in (
        f"from {COLUMNS_FROM[0]}x{COLUMNS_FROM[1]}",
        f"from {SMALLEST[0]}x{SMALLEST[1]}",
        f"a pane of {ROOM_FOR_BOTH} columns",
        f"every {PAUSE} seconds",
        f"the next {PAGE}",
        f"{demo.TEXTS:,} notes",
        f"{MAX_LINE >> 20} MiB unpacked",
        f"in its first {MAX_BROKEN:,} rows",
        f"1 to {MOST_SAMPLES} (4)",
        f"over {schedule.WARM_UP:.0%} of the steps to {config.PEAK_RATE}",
        f"dropout {config.DROPOUT}",
        f"{schedule.PASSES:.0f} passes over the texts; sets below {schedule.SMALL:,} words",
        f"at most {schedule.MOST_PASSES:.0f} passes",
        f"grow by {schedule.COMPOUND} from {schedule.BATCH_WORDS[0]} to {schedule.BATCH_WORDS[1]:,} words",
        f"{schedule.FEWEST_BATCHES} batches, down to {schedule.SMALLEST_BATCH} words",
        f"{intervals.CONFIDENCE:.0%} percentile intervals of {intervals.RESAMPLES:,} bootstrap draws",
        f"Labels in fewer than {intervals.FEWEST_TEXTS} evaluation texts",
        f"with fewer than {intervals.FEWEST_TEXTS} evaluation texts",
        f"| {verdict.YES} | the whole {intervals.CONFIDENCE:.0%} interval",
        f"| {verdict.NO} | the whole interval lies below {100 * verdict.SMALLEST_GAIN} points of F",
        f"| {verdict.CANNOT_TELL} | anything else",
        f"or that {verdict.MOST_TEXTS:,} would not",
        f"At most {measure.MOST_TEXTS:,} training texts and {measure.MOST_TEXTS:,} evaluation texts",
        f"fewer than {consistency.FEWEST_SPANS} spans whose words occur more than once",
        f"share at least {consistency.FEWEST_TEXTS} texts",
        f"up to {models.MOST_TEXTS:,} of your evaluation texts",
        f"with fewer than {intervals.FEWEST_TEXTS} texts that have anything to count",
    ):
        assert words in text, words


# -- links ------------------------------------------------------------------------------------------


def test_links_lead_somewhere() -> None:
    seen = 0
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            seen += 1
            file, _, anchor = target.partition("#")
            there = (ROOT / name).parent / file if file else ROOT / name
            assert there.exists(), (name, target)
            if anchor:
                titles = re.findall(r"^#+ (.*)", there.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in [title.lower().replace(" ", "-") for title in titles], (name, target)
    titles = re.findall(r"^## (.*)", GUIDE, re.MULTILINE)
    for title in titles:
        assert f"[{title}](#{title.lower().replace(' ', '-')})" in GUIDE
    assert seen >= len(titles) + 6  # README's pictures, its links, and the guide's contents
