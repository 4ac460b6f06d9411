"""What a result says about its evaluation set. Light: the screen's process uses it too.

The result of a check says it in `eval_source`, `eval_file`, `eval_hash` and `eval_split`; that of a learning
curve in `eval`, as `source`, `file`, `hash` and `split`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from flowchart.records import number_of, rows_of, table_of

Result = Mapping[str, Any]


def _fact(result: Result, name: str) -> object:
    held_out = result.get("eval")
    return held_out.get(name) if isinstance(held_out, Mapping) else result.get(f"eval_{name}")


def eval_hash(result: Result) -> str:
    """Return the hash of the evaluation texts and spans of a result; "" when it names none."""
    found = _fact(result, "hash")
    return found if isinstance(found, str) else ""


OTHER_EVAL = "not measured on the evaluation set above, so far as is known"
"""What is said of a curve below a dataset with another evaluation set."""


def same_eval(one: Result, other: Result) -> bool:
    """Whether two results were measured on the same texts with the same annotation.

    If not, no score of one may be held against a score of the other without saying so. A result that does not
    say what it was measured on is the same as none.
    """
    found = eval_hash(one)
    return found != "" and found == eval_hash(other)


def set_is_there(result: Result) -> bool:
    """Whether the saved evaluation set that a result names still exists; one that names none is as good.

    Whoever deletes the set wants a new one: then the result is out of date though the data is as it was.
    """
    file = _fact(result, "file")
    return _fact(result, "source") not in ("split", "saved") or not file or Path(str(file)).exists()


def eval_line(result: Result) -> str:
    """Return in words where the evaluation set of a result is from, and how many texts it has.

    The file is named by its last three parts, as `.ner-tui/eval-sets/train-0123456789ab.jsonl`.
    """
    source, file = _fact(result, "source"), str(_fact(result, "file") or "")
    count = _eval_texts(result)
    texts = f"{count:,} text{'' if count == 1 else 's'}"
    share = _fact(result, "split")
    how = f"{number_of(share) or 0:.0%}, seed {result.get('seed', 0)}"
    how += f", by {key}" if (key := result.get("group_by")) else ""
    where = f"saved as {'/'.join(PurePath(file).parts[-3:])}" if file else "not saved"
    if source == "saved":
        return f"{texts}, split off once ({how}), {where}"
    if source == "split":
        return f"{texts}, split off now ({how}), {where}" if count else "none could be split off"
    return f"{texts} of {PurePath(file).name}" if file else f"{texts} of their own file"


def leakage_line(result: Result) -> str:
    """Return in words how many evaluation texts are known from training; "" when that was not counted."""
    leakage, count = table_of(result, "leakage"), _eval_texts(result)
    if not leakage or not count:
        return ""
    exact, near, spans = (
        int(number_of(leakage.get(key)) or 0) for key in ("exact", "near", "spans_in_exact")
    )
    origins = "".join(map(_origin_words, rows_of(leakage.get("origins"))))
    if not exact and not near:
        return f"no evaluation text is in training, or nearly so{origins}"
    held = f" ({spans:,} span{'' if spans == 1 else 's'})" if exact else ""
    return (
        f"{exact:,} of {count:,} evaluation texts are in training too{held}, "
        f"{near:,}{' more' if exact else ''} nearly so: {number_of(leakage.get('share')) or 0:.1%}{origins}"
    )


def _origin_words(origin: Result) -> str:
    shared, values = (int(number_of(origin.get(name)) or 0) for name in ("shared", "values"))
    return f"; {shared:,} of {values:,} values of {origin.get('key')} stand on both sides"


def _eval_texts(result: Result) -> int:
    for stage in rows_of(result.get("funnel")):
        if stage.get("stage") == "eval":
            return int(number_of(stage.get("documents")) or 0)
    return 0
