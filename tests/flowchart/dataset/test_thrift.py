"""What keeps a million rows small changes nothing that is said about them."""

from __future__ import annotations

import hashlib
import random

import pytest

from flowchart.dataset import thrift
from flowchart.dataset.document import Digests
from flowchart.dataset.task import input_hash, input_hash_v1
from flowchart.dataset.thrift import One, StoredHashes


def test_equal_values_are_one_object_until_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    one = One()
    spans = [(start, start + 1000, "PART") for start in (7000, 7000, 8000)]
    first, again, other = map(one.of, spans)
    assert first is again is not other
    monkeypatch.setattr(thrift, "MOST", 2)
    beyond = (9000, 9001, "PART")
    assert one.of(beyond) is beyond
    assert one.of((9000, 9001, "PART")) == beyond
    assert one.of((7000, 8000, "PART")) is first


def test_a_stored_hash_on_another_text_names_the_row_that_had_it_first() -> None:
    hashes = StoredHashes()
    assert hashes.check(1, input_hash("Ann"), "Ann") == 0
    assert hashes.check(2, input_hash_v1("Bob"), "Bob") == 0
    assert hashes.check(1_000_000, input_hash("Ann"), "Ann") == 0
    assert hashes.check(1_000_001, input_hash("Ann"), "Max") == 1
    assert hashes.strange == 0
    assert hashes.check(5, -77, "Max") == hashes.check(6, -77, "Max") == 0
    assert hashes.strange == 1
    assert hashes.check(7, -77, "Eve") == 5
    assert hashes.check(8, None, "Eve") == hashes.check(9, "text", "Eve") == 0


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_digests_are_united_in_ascending_order(count: int) -> None:
    rng = random.Random(count)
    digests = [rng.randbytes(32) for _ in range(count)]
    digests += [bytes(8) + each[8:] for each in digests[:20]]
    hashes = Digests()
    for each in digests:
        hashes.add(each)
    assert hashes.united() == hashlib.sha256(b"".join(sorted(digests))).hexdigest()
