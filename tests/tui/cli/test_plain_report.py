"""`ner-tui demo` and `ner-tui DATA` where nobody could see the app, and `ner-tui export`."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

from flowchart.graph import Answer
from flowchart.walk import Walk
from flowchart.workspace import Workspace
from tests.tui.cli.conftest import Program, program_environment
from tui.cli.data import named
from tui.cli.parser import parse
from tui.cli.plain_report import OTHER_EVAL, _complete


def walk_a_little(folder: Path, note: str = "") -> Walk:
    walk = Walk(Workspace(folder / ".ner-tui"))
    for answer in (Answer.YES, Answer.NO):
        ways = walk.chart.out(walk.path.current.id)
        walk.path.answer(answer if answer in ways else next(iter(ways)))
    if note:
        walk.path.note(0, note)
    walk.save()
    return walk


def test_demo_without_training(ner_tui: Program, folder: Path) -> None:
    result = ner_tui("demo", "--no-train")
    out = result.stdout.decode()
    assert result.returncode == 0, result.stderr
    for part in ("Funnel", "Labels", "Findings", "Learning curve", "not trained yet"):
        assert part in out
    assert "rows      1,200" in out
    assert "\x1b" not in out
    assert not (folder / ".ner-tui-demo" / "session.json").exists(), "the session belongs to the app"
    assert not (folder / ".ner-tui").exists(), "nobody's own work is touched"
    assert ner_tui("demo", "--no-train", "--workspace", "own").stderr
    assert [*(folder / "own" / "runs").iterdir()]


def test_a_curve_is_trained_once(ner_tui: Program, data: tuple[Path, Path], folder: Path) -> None:
    source = f"{data[0].name},eval:{data[1].name}"
    flags = ("--n-samples", "1", "--show-plot", "--ascii", "--label-stats")
    trained = ner_tui("train-curve", "--ner", source, *flags)
    out = trained.stdout.decode()
    assert trained.returncode == 0, trained.stderr
    for part in ("95% interval", "100%", "eval spans", "training texts"):
        assert part in out
    assert out.isascii()
    assert "\x1b" not in out
    score = next(line.split()[2] for line in out.splitlines() if line.startswith("100%"))

    walk = walk_a_little(folder, note="we asked \x1b[31mtwice")
    report = ner_tui(source, "--n-samples", "1")
    out = report.stdout.decode()
    assert report.returncode == 0, report.stderr
    for part in ("Here: ", walk.path.steps[1].answer.value.upper(), "twice", "95% interval", score):
        assert part in out
    assert "\x1b" not in out
    assert b"100%: " not in report.stderr, "the curve is not trained again"
    again = ner_tui(source, "--n-samples", "1")
    assert again.stdout == report.stdout
    assert again.stderr == b"", "nothing is measured again"
    assert len(json.loads(ner_tui("runs", "--json").stdout)) == 2
    with data[0].open("a") as file:
        file.write(data[1].read_text().splitlines()[0] + "\n")
    changed = ner_tui(source, "--n-samples", "1", "--no-train").stdout.decode()
    assert "not trained yet" in changed, "a curve of other data is not shown"


def test_a_deleted_evaluation_set_is_split_off_anew(
    ner_tui: Program, data: tuple[Path, Path], folder: Path
) -> None:
    trained = ner_tui("train-curve", "--ner", data[0].name, "--n-samples", "1")
    assert trained.returncode == 0, trained.stderr
    command = (data[0].name, "--n-samples", "1", "--no-train")
    first, again = ner_tui(*command), ner_tui(*command)
    assert b"texts, split off once (20%, seed 0), saved as .ner-tui/eval-sets/train-" in first.stdout
    assert OTHER_EVAL.encode() not in first.stdout
    assert again.stdout == first.stdout
    assert again.stderr == b"", "nothing is measured again"
    (file,) = (folder / ".ner-tui" / "eval-sets").glob("*.jsonl")
    file.unlink()
    anew = ner_tui(*command)
    assert b"texts, split off now (20%, seed 0)" in anew.stdout
    assert first.stdout.split(b"Learning curve")[1] == anew.stdout.split(b"Learning curve")[1]
    lines = file.read_text().splitlines()[:-1]
    file.write_text("".join(f"{line}\n" for line in lines))
    file.with_suffix(".json").unlink()
    for run in (folder / ".ner-tui" / "runs").glob("*-check-*"):
        shutil.rmtree(run)
    other = ner_tui(*command)
    assert OTHER_EVAL.encode() in other.stdout, "the curve was measured on what the set was before"


def test_no_data_at_all(ner_tui: Program) -> None:
    result = ner_tui()
    assert result.returncode == 0, result.stderr
    assert "Here: " in result.stdout.decode()
    assert "ner-tui demo" in result.stdout.decode()


def test_head_closes_the_pipe(folder: Path) -> None:
    command = f"{sys.executable} -m tui check --rows 1000 --json train.jsonl"
    from flowchart.demo import files

    (folder / "train.jsonl").write_bytes(files()[0].read_bytes() * 5)
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -c 100"],
        check=False,
        capture_output=True,
        cwd=folder,
        env=program_environment(folder),
    )
    assert len(done.stdout) == 100
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_input_that_is_no_terminal(folder: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "demo"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=program_environment(folder),
            timeout=30,
        )
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 2
    assert b"ssh -t" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_chart_that_is_none(ner_tui: Program, folder: Path) -> None:
    (folder / "chart.toml").write_text("this is no = = chart")
    for command in (["export"], []):
        result = ner_tui(*command, "--flowchart", "chart.toml")
        assert result.returncode == 2
        assert result.stderr.startswith(b"ner-tui: ")
        assert result.stderr.count(b"\n") == 1
        assert b"chart.toml" in result.stderr


def test_export(ner_tui: Program, folder: Path) -> None:
    walk = walk_a_little(folder)
    printed = ner_tui("export")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.startswith(b"# ")
    assert b"```mermaid" in printed.stdout
    assert walk.path.steps[0].text.split("\n")[0][:20].encode() in printed.stdout
    assert ner_tui("export", "-o", "path.md").returncode == 0
    written = (folder / "path.md").read_bytes()
    assert written.startswith(b"# ")
    refused = ner_tui("export", "-o", "path.md")
    assert refused.returncode == 2
    assert b"--force" in refused.stderr
    assert ner_tui("export", "-o", "path.md", "--force", "--provenance").returncode == 0
    assert len((folder / "path.md").read_bytes()) > len(written)
    nowhere = ner_tui("export", "-o", "no/such/folder.md")
    assert (nowhere.returncode, nowhere.stderr.count(b"\n")) == (2, 1)


def test_a_report_is_not_written_over_a_folder(ner_tui: Program, folder: Path) -> None:
    for options in ((), ("--force",)):
        result = ner_tui("export", "-o", folder, *options)
        assert result.returncode == 2
        assert b"is a directory; name a file in it" in result.stderr


def test_a_report_goes_into_what_is_no_file(ner_tui: Program, folder: Path) -> None:
    walk_a_little(folder)
    result = ner_tui("export", "-o", "/dev/stdout")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(b"# ")
    too_long = ner_tui("export", "-o", "x" * 300)
    assert (too_long.returncode, too_long.stderr.count(b"\n")) == (2, 1)
    assert b"a bug" not in too_long.stderr


def test_what_was_set_for_the_files_counts(folder: Path, data: tuple[Path, Path]) -> None:
    walk = Walk(Workspace(folder / ".ner-tui"))
    walk.take_up(data[:1], data[1:], {"seed": 3, "target": 0.8})
    for arguments, seed, target in (
        ([], 3, 0.8),
        ([str(data[0]), "--eval", str(data[1])], 3, 0.8),
        ([str(data[0]), "--eval", str(data[1]), "--seed", "4"], 4, 0.8),
        (["--target", "0.9"], 3, 0.9),
        ([str(data[0])], 0, None),
    ):
        options = parse(arguments)
        found = _complete(walk, options, named(options.data, options.eval) if options.data else None)
        assert found is not None
        assert found.train == data[:1]
        assert (options.seed, options.target, options.lang) == (seed, target, "en"), arguments
