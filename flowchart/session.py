"""What the app comes back to at its next start: the path walked, the data and the runs in view."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from flowchart.data_settings import SPACY
from flowchart.errors import UserError
from flowchart.workspace import Workspace, write_atomic

SETTINGS = ("lang", "seed", "eval_split", "fix", "tokens", "group_by", "n_samples", "repeats", "target")
"""What is set for a dataset, and may be said with it on the command line."""


@dataclass(slots=True)
class Session:
    """One piece of work in a workspace.

    Attributes:
        path: The path walked, as `flowchart.path.Path.to_dict` gives it.
        chart: The chart's file, or "" for the packaged one.
        data: The training files, absolute.
        eval: The evaluation files, absolute; empty when a part of the training data is split off.
        lang: The spaCy language code of the texts.
        seed: The seed of the split and of the trainings.
        eval_split: The share of the texts that is split off when there are no evaluation files.
        fix: Whether spans that can only be mended in one way are.
        tokens: "spacy" to have spaCy's tokenizer cut the texts, "rows" for the rows' own tokens.
        group_by: The key of the rows, with dots, whose texts stand on one side each; "" for none.
        n_samples: The number of points of a learning curve.
        repeats: How often each of them is trained.
        target: The F that would be good enough, 0 to 1; 0 when nobody said.
        check_run: The id of the run that loaded the data last.
        curve_run: The id of the run whose learning curve is in view.
        compare_run: The id of the run whose curve is laid over it; "" for none.
        patterns: A patterns file; "" for none.
        models: Trained pipelines to look at, names or folders; empty for every installed one.
        out_of_fold: Whether to look for slips with models trained on each half of the texts.
        label_map: The data's label for a pipeline's label, where it is other than suggested.
    """

    path: dict[str, Any] = field(default_factory=dict)
    chart: str = ""
    data: list[str] = field(default_factory=list)
    eval: list[str] = field(default_factory=list)
    lang: str = "en"
    seed: int = 0
    eval_split: float = 0.2
    fix: bool = False
    tokens: str = SPACY
    group_by: str = ""
    n_samples: int = 4
    repeats: int = 1
    target: float = 0.0
    check_run: str = ""
    curve_run: str = ""
    compare_run: str = ""
    patterns: str = ""
    models: list[str] = field(default_factory=list)
    out_of_fold: bool = False
    label_map: dict[str, str] = field(default_factory=dict)

    def settings_for(
        self, data: list[str], evaluation: list[str], given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the settings of a dataset: what is given, else what was set for these files, else as usual.

        Args:
            data: Training files, absolute.
            evaluation: Evaluation files, absolute.
            given: Values by the names of `SETTINGS`; None is as good as missing.
        """
        kept = self if (data, evaluation) == (self.data, self.eval) else Session()
        return {name: getattr(kept, name) if given.get(name) is None else given[name] for name in SETTINGS}


def load(workspace: Workspace) -> Session:
    """Return the workspace's session, or a new one when there is none.

    Keys that this version does not know are left aside, so that a newer version's file can be opened.

    Raises:
        UserError: The file is there but holds no session. It is never overwritten in that case.
    """
    file = workspace.session_file
    try:
        data = json.loads(file.read_bytes())
    except FileNotFoundError:
        return Session()
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: not a session ({error}); move the file away to start anew") from error
    if not isinstance(data, dict):
        raise UserError(f"{file}: not a session (no JSON object); move the file away to start anew")
    session = Session()
    for known in fields(Session):
        value = data.get(known.name)
        default = getattr(session, known.name)
        if isinstance(value, type(default)) or (isinstance(default, float) and isinstance(value, int)):
            setattr(session, known.name, value)
    return session


def save(workspace: Workspace, session: Session) -> None:
    """Write the session whole, or not at all.

    Raises:
        UserError: The file cannot be written; the session on disk stands.
    """
    content = json.dumps(asdict(session), ensure_ascii=False, indent=1)
    try:
        write_atomic(workspace.session_file, content)
    except OSError as error:
        raise UserError(
            f"{workspace.session_file}: not saved ({error.strerror}); mend that, the next answer tries again"
        ) from error
