"""What every test shares: where the real data is, when there is any."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine than about the code: no example fails for its time.
# The examples are the same each time, so that what passes once passes again; HYPOTHESIS_PROFILE=explore draws
# others, and more of them.
settings.register_profile(
    "ner-tui", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=1000
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ner-tui"))

REPOSITORY = Path(__file__).resolve().parent.parent


def shared_folder() -> Path:
    """The folder with real NER data, which is not part of the repository; it need not be there."""
    return Path(os.environ.get("NER_TUI_SHARED", REPOSITORY.parent / "shared")) / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real NER data; without it the test is skipped."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip(f"real data not here ({folder}); set NER_TUI_SHARED to the folder that holds data/")
    return folder
