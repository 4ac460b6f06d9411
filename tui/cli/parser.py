"""From a command line to options: which command it names, and what overrides a training's config."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from flowchart.errors import UserError
from tui.cli.commands import COMMANDS, DATA_HELP, app_options, eval_option


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line, as every other part does."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print.

        Raises:
            UserError: Always.
        """
        raise UserError(f"{message} (see {self.prog} --help)")


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
    if module in ("train_curve", "check"):
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
    parser.add_argument("data", nargs="*", metavar="DATA", help=DATA_HELP)
    eval_option(parser)
    app_options(parser)
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


_APP_EXAMPLES = """examples:
  ner-tui                                    come back to where you were
  ner-tui train.jsonl,eval:eval.jsonl        walk the chart with your own data
  ner-tui train.jsonl.gz --eval eval.jsonl   the same, another way to say it
  ner-tui demo                               the app on the data that comes with it
  ner-tui demo | less                        no terminal: the plain report
  ssh -t HOST ner-tui train.jsonl            over SSH, which needs the -t

'ner-tui COMMAND --help' says more about a command."""
