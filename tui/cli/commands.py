"""The commands: what each does, and the options that it takes."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction
from collections.abc import Callable
from typing import NamedTuple

from flowchart import __version__


class Command(NamedTuple):
    """A subcommand: where it lives, what it does, how its options are added."""

    module: str
    summary: str
    options: Callable[[ArgumentParser], None]
    examples: str


DATA_HELP = (
    "Prodigy JSONL (.jsonl or .jsonl.gz); several with commas or spaces, eval: before an evaluation set. "
    "A file named like a command is given as ./demo"
)


def _number(kind: type, low: float, high: float) -> Callable[[str], float]:
    """Return a converter for a number within bounds, ends included."""

    def convert(text: str) -> float:
        try:
            value: float = kind(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            article = "a whole number" if kind is int else "a number"
            raise ArgumentTypeError(f"{text!r} is not {article} from {low:,} to {high:,}")
        return value

    return convert


def _workspace_option(parser: ArgumentParser) -> None:
    parser.add_argument("--version", action="version", version=f"ner-tui {__version__}")
    parser.add_argument(
        "--workspace",
        metavar="DIR",
        help="where the path and the runs are kept (default: $NER_TUI_WORKSPACE, else .ner-tui)",
    )


def _ascii_option(parser: ArgumentParser) -> None:
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")


def _flowchart_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--flowchart", metavar="FILE", help="another chart than the NER Flowchart v2.0: a TOML; ner, spancat"
    )


def eval_option(parser: ArgumentParser) -> None:
    """Add the evaluation sets."""
    parser.add_argument(
        "--eval", metavar="FILE", action="append", default=[], help="evaluation set (more than once for more)"
    )


def _data_options(parser: ArgumentParser) -> None:
    option = parser.add_argument
    option(
        "--eval-split",
        metavar="SHARE",
        type=_number(float, 0.01, 0.9),
        default=0.2,
        help="share of the texts to evaluate on when there is no evaluation set (default %(default)s)",
    )
    option(
        "--lang",
        metavar="CODE",
        default="en",
        help="spaCy's code of the texts' language (default %(default)s)",
    )
    option(
        "--seed",
        metavar="N",
        type=_number(int, 0, 2**32 - 1),
        default=0,
        help="of the split and of the trainings (default %(default)s)",
    )
    option(
        "--fix",
        action=BooleanOptionalAction,
        default=False,
        help="mend spans that can only be mended in one way, as white space at an edge (default %(default)s)",
    )
    option(
        "--tokens",
        choices=("spacy", "rows"),
        default="spacy",
        help="who cuts texts into tokens: spacy, or rows for the rows' own tokens (default %(default)s)",
    )
    option(
        "--group-by",
        metavar="KEY",
        help="keep all texts with one value of this key on one side of the split, as meta.document_id "
        '("" for no key)',
    )


def _target(text: str) -> float:
    """Convert an F given as a share or in percent."""
    value = _number(float, 0.01, 100)(text)
    return value / 100 if value > 1 else value


def _samples_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--n-samples",
        "-n",
        metavar="N",
        type=_number(int, 1, 20),
        default=4,
        help="points of the curve: 4 trains on 25, 50, 75 and 100%% (default %(default)s)",
    )
    parser.add_argument(
        "--repeats",
        metavar="K",
        type=_number(int, 1, 20),
        default=1,
        help="train each point so often, each time with another seed and order (default %(default)s)",
    )
    _target_option(parser)


def _json_option(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def app_options(parser: ArgumentParser) -> None:
    """Add the options of the app, but for its data.

    Those about the data are None where nothing is said: the app goes by what was set last for the same files.
    """
    _data_options(parser)
    _samples_option(parser)
    for action in parser._actions:
        if action.help and "%(default)s" in action.help:
            action.help = action.help.replace("%(default)s", str(action.default))
            action.default = None
    _workspace_option(parser)
    _flowchart_option(parser)
    _ascii_option(parser)
    option = parser.add_argument
    option("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    option("--no-measure", action="store_true", help="measure the questions only when m is pressed")
    option("--plain", action="store_true", help="print the plain report, as without a terminal, and exit")
    option(
        "--no-train", action="store_true", help="in the plain report: show a curve that is there, train none"
    )


def _demo(parser: ArgumentParser) -> None:
    app_options(parser)
    parser.set_defaults(demo=True, data=[], eval=[])


def _tokenizer_options(parser: ArgumentParser, config: str, base_model: str) -> None:
    """Add what decides the tokenizer, with what it does to this command."""
    parser.add_argument("--config", "-c", metavar="FILE", help=config)
    parser.add_argument("--base-model", "-m", metavar="NAME", help=base_model)


def _check(parser: ArgumentParser) -> None:
    parser.add_argument("data", nargs="+", metavar="DATA", help=DATA_HELP)
    eval_option(parser)
    _data_options(parser)
    _tokenizer_options(
        parser,
        "hold the spans against the tokens that a training with this spaCy config has; single settings are "
        "overridden as in train-curve",
        "hold the spans against this pipeline's tokens (package or folder)",
    )
    _workspace_option(parser)
    _json_option(parser)
    parser.add_argument(
        "--rows",
        metavar="N",
        type=_number(int, 0, 10**9),
        default=3,
        help="findings of each kind to print (default %(default)s)",
    )


def _train_curve(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--ner",
        metavar="DATA",
        action="append",
        required=True,
        help="files to train on, several with commas, eval: before an evaluation set (as in Prodigy)",
    )
    _samples_option(parser)
    eval_option(parser)
    _data_options(parser)
    option = parser.add_argument
    _tokenizer_options(
        parser,
        "train with this spaCy config instead of the built-in one; single settings of either are "
        "overridden as in spacy train: --training.dropout 0.2",
        "update this pipeline's ner component instead of training a blank one (package or folder)",
    )
    option(
        "--gpu-id",
        "-g",
        metavar="N",
        type=_number(int, -1, 1024),
        default=-1,
        help="the GPU to train on (default %(default)s, the CPU)",
    )
    option(
        "--workers",
        metavar="N",
        type=_number(int, 1, 64),
        default=2,
        help="trainings at a time on this machine (default %(default)s)",
    )
    option(
        "--executor",
        metavar="WHERE",
        default="local",
        help="local, or dask://HOST:PORT to train on a dask cluster (needs the extra dask)",
    )
    option(
        "--compare",
        metavar="RUN",
        help="lay another train-curve run beside this one: its id, the beginning of it, or last",
    )
    option("--show-plot", "-P", action="store_true", help="draw the curve")
    option("--label-stats", "-L", action="store_true", help="also print P, R and F of each label")
    _workspace_option(parser)
    _ascii_option(parser)
    _json_option(parser)


def _means_options(parser: ArgumentParser) -> None:
    """Options that say what the chart's questions are measured with."""
    option = parser.add_argument
    option(
        "--patterns",
        metavar="FILE",
        help="patterns JSONL (EntityRuler, Prodigy) to measure the rules with (default: mined from the data)",
    )
    option(
        "--model",
        metavar="NAME",
        action="append",
        default=[],
        help="a trained pipeline to try, package or folder; more than once for more (default: all installed)",
    )
    option(
        "--map",
        metavar="THEIRS=YOURS",
        action="append",
        default=[],
        help="which of your labels a pipeline's label means, as PERSON=PER,GPE=LOC; PERSON= for none",
    )
    option(
        "--out-of-fold",
        action="store_true",
        help="also train on each half of the texts and look where the models disagree (takes minutes)",
    )


def _target_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        metavar="F",
        type=_target,
        default=None,
        help="the F that would be good enough, as 0.85 or 85: drawn, and forecast when it is reached",
    )


def _advise(parser: ArgumentParser) -> None:
    parser.add_argument("data", nargs="+", metavar="DATA", help=DATA_HELP)
    eval_option(parser)
    _data_options(parser)
    _means_options(parser)
    _target_option(parser)
    option = parser.add_argument
    option("--train", action="store_true", help="train where a question needs a model; else stop there")
    option("-o", "--output", metavar="FILE", help="also write the path as Markdown to this file")
    option("--force", action="store_true", help="overwrite that file")
    _flowchart_option(parser)
    _workspace_option(parser)
    _json_option(parser)


def _runs(parser: ArgumentParser) -> None:
    actions = ("list", "follow", "cancel", "resume")
    parser.add_argument("action", nargs="?", choices=actions, default="list", help="default: list")
    parser.add_argument("run", nargs="?", metavar="ID", help="the run's id, the beginning of it, or last")
    _workspace_option(parser)
    _ascii_option(parser)
    _json_option(parser)


def _export(parser: ArgumentParser) -> None:
    option = parser.add_argument
    option("-o", "--output", metavar="FILE", help="write the report to this file rather than to the screen")
    option("--force", action="store_true", help="overwrite the file")
    option("--provenance", action="store_true", help="say of each arrow why it is believed")
    _workspace_option(parser)
    _flowchart_option(parser)


def _completion(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell to complete in")
    parser.add_argument("--version", action="version", version=f"ner-tui {__version__}")


COMMANDS: dict[str, Command] = {
    "demo": Command(
        "open_app",
        "Open the app on the demo data that comes with it",
        _demo,
        "  ner-tui demo\n  ner-tui demo --no-mouse --ascii\n  ner-tui demo --no-train | less",
    ),
    "check": Command(
        "check",
        "Read a dataset: the count funnel, the labels, and every finding with its row",
        _check,
        "  ner-tui check train.jsonl\n  ner-tui check train.jsonl --eval eval.jsonl --rows 20\n"
        "  ner-tui check train.jsonl --json | jq '.findings[] | select(.kind == \"misaligned\")'",
    ),
    "advise": Command(
        "advise",
        "Walk the chart by what the data says, and print how far that leads",
        _advise,
        "  ner-tui advise train.jsonl,eval:eval.jsonl\n"
        "  ner-tui advise train.jsonl --eval eval.jsonl --patterns patterns.jsonl --target 0.8\n"
        "  ner-tui advise train.jsonl --model en_core_web_sm --map PERSON=PER,GPE=LOC\n"
        "  ner-tui advise train.jsonl --target 0.8 --train -o path.md\n"
        "  ner-tui advise train.jsonl --json | jq -r '.stopped_at, .reason'",
    ),
    "train-curve": Command(
        "train_curve",
        "Train on growing parts of the data and say whether more of it would help",
        _train_curve,
        "  ner-tui train-curve --ner train.jsonl,eval:eval.jsonl --show-plot\n"
        "  ner-tui train-curve --ner train.jsonl --n-samples 5 --eval-split 0.3\n"
        "  ner-tui train-curve --ner train.jsonl --repeats 3 --target 0.85 -P\n"
        "  ner-tui train-curve --ner train.jsonl --base-model en_core_web_sm\n"
        "  ner-tui train-curve --ner train.jsonl --config config.cfg --training.max_epochs 20\n"
        "  ner-tui train-curve --ner train.jsonl --json | jq '.points[] | {docs, ents_f}'",
    ),
    "runs": Command(
        "runs",
        "List, follow, cancel and resume runs",
        _runs,
        "  ner-tui runs\n  ner-tui runs follow last\n  ner-tui runs cancel 20261124-114003\n"
        "  ner-tui runs resume last\n  ner-tui runs --json",
    ),
    "export": Command(
        "export",
        "Write the path walked so far, with its evidence, as Markdown",
        _export,
        "  ner-tui export\n  ner-tui export -o path.md\n  ner-tui export -o path.md --force --provenance",
    ),
    "completion": Command(
        "completion",
        "Print a completion script for your shell",
        _completion,
        '  eval "$(ner-tui completion bash)"\n  ner-tui completion zsh > ~/.zfunc/_ner-tui\n'
        "  ner-tui completion fish > ~/.config/fish/completions/ner-tui.fish",
    ),
}
"""The commands by name, in the order that --help lists them."""
