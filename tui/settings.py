"""The person's own settings, kept apart from any workspace: the theme and the keys."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from flowchart.workspace import make_folder, write_atomic


@dataclass(slots=True)
class Settings:
    """What somebody likes, wherever they work.

    Attributes:
        theme: The name of a Textual theme; "" for the default.
        keys: Other keys for actions: the id of a binding (the guide lists them) to a key.
    """

    theme: str = ""
    keys: dict[str, str] = field(default_factory=dict)


def settings_file() -> Path:
    """Return the settings' file in the platform's folder for configuration."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "ner-tui" / "settings.json"


def load() -> Settings:
    """Return the settings on disk; what is missing, unknown or of the wrong type is left at its default."""
    settings = Settings()
    try:
        data = json.loads(settings_file().read_bytes())
    except (OSError, ValueError):
        return settings
    if isinstance(data, dict):
        for known in fields(Settings):
            if isinstance(data.get(known.name), type(getattr(settings, known.name))):
                setattr(settings, known.name, data[known.name])
    return settings


def save(settings: Settings) -> None:
    """Write the settings; a folder that cannot be written is no reason to stop anybody's work."""
    file = settings_file()
    with suppress(OSError):
        make_folder(file.parent)
        write_atomic(file, json.dumps(asdict(settings), indent=1))
