"""`ner-tui completion`: a script for bash, zsh or fish, made from the parser."""

from __future__ import annotations

import argparse
import sys
from typing import NamedTuple

from tui.cli.commands import COMMANDS
from tui.cli.parser import app_parser, command_parser


class Option(NamedTuple):
    """An option as a shell needs to know it."""

    names: tuple[str, ...]
    takes: str  # "" for nothing, "file", "directory", or "word"
    help: str


_TAKES = {"DIR": "directory", "FILE": "file", "DATA": "file"}


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write({"bash": bash, "zsh": zsh, "fish": fish}[options.shell]())
    return 0


def _options(parser: argparse.ArgumentParser) -> list[Option]:
    found = []
    for action in parser._actions:
        if action.option_strings:
            takes = "" if action.nargs == 0 else _TAKES.get(str(action.metavar), "word")
            text = (action.help or "").split(" (")[0].replace("%%", "%")
            found.append(Option(tuple(action.option_strings), takes, text))
    return found


def _words(parser: argparse.ArgumentParser) -> list[str]:
    """Return the words that stand where a command wants one of a few."""
    positional = [action for action in parser._actions if not action.option_strings]
    return [str(choice) for action in positional for choice in action.choices or ()]


def _all() -> dict[str, tuple[list[Option], list[str]]]:
    """Return options and words of each command; under "" those of the app."""
    parsers: dict[str, argparse.ArgumentParser] = {"": app_parser()}
    parsers.update((name, command_parser(name)) for name in COMMANDS)
    return {name: (_options(parser), _words(parser)) for name, parser in parsers.items()}


def bash() -> str:
    """Return the script for bash."""
    cases = []
    for name, (options, words) in _all().items():
        flags = " ".join(flag for option in options for flag in option.names)
        cases.append(f"""        "{name}") flags="{flags}"; words="{" ".join(words)}" ;;""")
    taken = {takes: set[str]() for takes in ("file", "directory", "word")}
    for options, _ in _all().values():
        for option in options:
            if option.takes:
                taken[option.takes].update(option.names)
    patterns = {takes: "|".join(sorted(names)) for takes, names in taken.items()}
    return f"""# bash completion for ner-tui: eval "$(ner-tui completion bash)"
_ner_tui() {{
    local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}"
    local command="" word flags words
    COMPREPLY=()
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$word" in
            {"|".join(COMMANDS)}) command="$word"; break ;;
        esac
    done
    case "$command" in
{chr(10).join(cases)}
    esac
    case "$prev" in
        {patterns["directory"]})
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            return ;;
        {patterns["file"]})
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return ;;
        {patterns["word"]}) return ;;
    esac
    if [[ "$cur" == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")
        return
    fi
    if [[ -z "$command" ]]; then words="{" ".join(COMMANDS)}"; fi
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"; compgen -f -- "$cur")
}}
complete -F _ner_tui ner-tui
"""


def zsh() -> str:
    """Return the script for zsh."""
    commands = "\n".join(f"        '{name}:{_quoted(command.summary)}'" for name, command in COMMANDS.items())
    cases = "\n".join(_zsh_case(name, *found) for name, found in _all().items() if name)
    options, _ = _all()[""]
    app = " \\\n        ".join([*map(_zsh_option, options), "'*:data or command:_ner_tui_first'"])
    return f"""#compdef ner-tui
# zsh completion for ner-tui: ner-tui completion zsh > a folder of $fpath, as _ner-tui
_ner_tui_first() {{
    local -a commands=(
{commands}
    )
    _describe -t commands command commands
    _files
}}
_ner_tui() {{
    local word
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        case "$word" in
{cases}
        esac
    done
    _arguments \\
        {app}
}}
if [ "$funcstack[1]" = _ner-tui ]; then _ner_tui "$@"; else compdef _ner_tui ner-tui; fi
"""


def _zsh_case(name: str, options: list[Option], words: list[str]) -> str:
    rest = f"'*:argument:({' '.join([name, *words])})'" if words else "'*:data:_files'"
    given = " ".join([*map(_zsh_option, options), rest])
    return f"            {name}) _arguments {given}; return ;;"


def _zsh_option(option: Option) -> str:
    action = {"": "", "file": ":file:_files", "directory": ":directory:_files -/", "word": ":value: "}[
        option.takes
    ]
    text = _quoted(option.help).replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    return " ".join(f"'{name}[{text}]{action}'" for name in option.names)


def fish() -> str:
    """Return the script for fish."""
    names = " ".join(COMMANDS)
    lines = [
        "# fish completion for ner-tui: ner-tui completion fish > ~/.config/fish/completions/ner-tui.fish"
    ]
    for name, command in COMMANDS.items():
        condition = f"'not __fish_seen_subcommand_from {names}'"
        lines.append(f"complete -c ner-tui -n {condition} -a {name} -d '{_quoted(command.summary)}'")
    for name, (options, words) in _all().items():
        condition = (
            f"__fish_seen_subcommand_from {name}" if name else f"not __fish_seen_subcommand_from {names}"
        )
        start = f"complete -c ner-tui -n '{condition}'"
        if words:
            lines.append(f"{start} -f -a '{' '.join(words)}'")
        for option in options:
            flags = " ".join(
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.names
            )
            takes = {
                "": "",
                "file": " -r -F",
                "directory": " -x -a '(__fish_complete_directories)'",
                "word": " -x",
            }
            lines.append(f"{start} {flags}{takes[option.takes]} -d '{_quoted(option.help)}'")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return text that may stand in single quotes in each of the three shells."""
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
