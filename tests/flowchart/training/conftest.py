"""The runs and datasets of the tests beside these."""

from tests.flowchart.runs.conftest import larger, new_run, tiny, workspace

__all__ = ["larger", "new_run", "tiny", "workspace"]
