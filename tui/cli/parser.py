"""The commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from flowchart import __version__
from flowchart.errors import UserError


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line, as every other part does."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print.

        Raises:
            UserError: Always.
        """
        raise UserError(f"{message} (see {self.prog} --help)")


class Command(NamedTuple):
    """A subcommand: where it lives, what it does, how its options are added."""

    module: str
    summary: str
    options: Callable[[Parser], None]
    examples: str


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of the command that the arguments name.

    `module` among them says which module of `tui.cli` runs it.

    The first argument that is no option decides: the name of a command, or else data for the app to open.
    Options may stand before it as well as behind.

    Raises:
        UserError: The arguments make no sense.
        SystemExit: --help or --version was asked for, and is answered.
    """
    place = _command_at(arguments)
    if place is None:
        parser, module = app_parser(), "open_app"
        rest = list(arguments)
    else:
        name = arguments[place]
        parser, module = command_parser(name), COMMANDS[name].module
        rest = [*arguments[:place], *arguments[place + 1 :]]
    overrides: dict[str, str] = {}
    if module == "train_curve":
        rest, overrides = _overrides(rest)
    options = parser.parse_intermixed_args(rest)
    options.module, options.overrides = module, overrides
    return options


def _overrides(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take out what overrides a setting of the config, as in `spacy train`: --training.max_epochs 20.

    Raises:
        UserError: A setting has no value.
    """
    rest: list[str] = []
    found: dict[str, str] = {}
    place = 0
    while place < len(arguments):
        name, equals, value = arguments[place].partition("=")
        if name.startswith("--") and "." in name:
            if not equals:
                place += 1
                if place == len(arguments) or arguments[place].startswith("--"):
                    raise UserError(f"{name}: needs a value, as in --training.max_epochs 20")
                value = arguments[place]
            found[name[2:].replace("-", "_")] = value
        else:
            rest.append(arguments[place])
        place += 1
    return rest, found


def app_parser() -> Parser:
    """Return the parser of `ner-tui` without a command: the app."""
    listing = "\n".join(f"  {name:<13}{command.summary}" for name, command in COMMANDS.items())
    parser = Parser(
        prog="ner-tui",
        usage="ner-tui [DATA ...] [options]\n       ner-tui COMMAND [options]",
        description="Explosion's NER flowchart in the terminal: walk it, measure it, export the path.",
        epilog=f"commands:\n{listing}\n\n{_APP_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("data", nargs="*", metavar="DATA", help=_DATA_HELP)
    _eval_option(parser)
    _app_options(parser)
    parser.set_defaults(demo=False)
    return parser


def command_parser(name: str) -> Parser:
    """Return the parser of one command."""
    command = COMMANDS[name]
    parser = Parser(
        prog=f"ner-tui {name}",
        description=f"{command.summary}.",
        epilog=f"examples:\n{command.examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.options(parser)
    return parser


def _command_at(arguments: Sequence[str]) -> int | None:
    """Return the place of the command's name, None when the first plain argument is no command."""
    takes_value: set[str] | None = None
    place = 0
    while place < len(arguments):
        argument = arguments[place]
        if argument == "--":
            return None
        if not argument.startswith("-") or argument == "-":
            return place if argument in COMMANDS else None
        if takes_value is None:
            takes_value = _value_options()
        place += 2 if argument in takes_value else 1
    return None


def _value_options() -> set[str]:
    parsers = [app_parser(), *(command_parser(name) for name in COMMANDS)]
    return {
        option
        for parser in parsers
        for action in parser._actions
        if action.nargs != 0
        for option in action.option_strings
    }


_DATA_HELP = (
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
            raise argparse.ArgumentTypeError(f"{text!r} is not {article} from {low:,} to {high:,}")
        return value

    return convert


def _workspace_option(parser: Parser) -> None:
    parser.add_argument("--version", action="version", version=f"ner-tui {__version__}")
    parser.add_argument(
        "--workspace",
        metavar="DIR",
        help="where the path and the runs are kept (default: $NER_TUI_WORKSPACE, else .ner-tui)",
    )


def _ascii_option(parser: Parser) -> None:
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")


def _flowchart_option(parser: Parser) -> None:
    parser.add_argument(
        "--flowchart", metavar="FILE", help="another chart (TOML) than the NER Flowchart v2.0"
    )


def _eval_option(parser: Parser) -> None:
    parser.add_argument(
        "--eval", metavar="FILE", action="append", default=[], help="evaluation set (more than once for more)"
    )


def _data_options(parser: Parser) -> None:
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


def _target(text: str) -> float:
    """Convert an F given as a share or in percent."""
    value = _number(float, 0.01, 100)(text)
    return value / 100 if value > 1 else value


def _samples_option(parser: Parser) -> None:
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


def _json_option(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def _app_options(parser: Parser) -> None:
    _data_options(parser)
    _samples_option(parser)
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


def _demo(parser: Parser) -> None:
    _app_options(parser)
    parser.set_defaults(demo=True, data=[], eval=[])


def _check(parser: Parser) -> None:
    parser.add_argument("data", nargs="+", metavar="DATA", help=_DATA_HELP)
    _eval_option(parser)
    _data_options(parser)
    _workspace_option(parser)
    _json_option(parser)
    parser.add_argument(
        "--rows",
        metavar="N",
        type=_number(int, 0, 10**9),
        default=3,
        help="findings of each kind to print (default %(default)s)",
    )


def _train_curve(parser: Parser) -> None:
    parser.add_argument(
        "--ner",
        metavar="DATA",
        action="append",
        required=True,
        help="files to train on, several with commas, eval: before an evaluation set (as in Prodigy)",
    )
    _samples_option(parser)
    _eval_option(parser)
    _data_options(parser)
    option = parser.add_argument
    option(
        "--config",
        "-c",
        metavar="FILE",
        help="train with this spaCy config instead of the built-in one; single settings of either are "
        "overridden as in spacy train: --training.dropout 0.2",
    )
    option(
        "--base-model",
        "-m",
        metavar="NAME",
        help="update this pipeline's ner component instead of training a blank one (package or folder)",
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
        help="local, or dask://HOST:PORT to train on a dask cluster (needs ner-tui[dask])",
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


def _means_options(parser: Parser) -> None:
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


def _target_option(parser: Parser) -> None:
    parser.add_argument(
        "--target",
        metavar="F",
        type=_target,
        default=None,
        help="the F that would be good enough, as 0.85 or 85: drawn, and forecast when it is reached",
    )


def _advise(parser: Parser) -> None:
    parser.add_argument("data", nargs="+", metavar="DATA", help=_DATA_HELP)
    _eval_option(parser)
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


def _runs(parser: Parser) -> None:
    actions = ("list", "follow", "cancel", "resume")
    parser.add_argument("action", nargs="?", choices=actions, default="list", help="default: list")
    parser.add_argument("run", nargs="?", metavar="ID", help="the run's id, the beginning of it, or last")
    _workspace_option(parser)
    _ascii_option(parser)
    _json_option(parser)


def _export(parser: Parser) -> None:
    option = parser.add_argument
    option("-o", "--output", metavar="FILE", help="write the report to this file rather than to the screen")
    option("--force", action="store_true", help="overwrite the file")
    option("--provenance", action="store_true", help="say of each arrow why it is believed")
    _workspace_option(parser)
    _flowchart_option(parser)


def _completion(parser: Parser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell to complete in")
    parser.add_argument("--version", action="version", version=f"ner-tui {__version__}")


_APP_EXAMPLES = """examples:
  ner-tui                                    come back to where you were
  ner-tui train.jsonl,eval:eval.jsonl        walk the chart with your own data
  ner-tui train.jsonl.gz --eval eval.jsonl   the same, another way to say it
  ner-tui demo                               the app on the data that comes with it
  ner-tui demo | less                        no terminal: the plain report
  ssh -t HOST ner-tui train.jsonl            over SSH, which needs the -t

'ner-tui COMMAND --help' says more about a command."""

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
