"""Exchanges packed into a page."""

import base64
import gzip
import json
from typing import Any

from milvus_tck.reporting import evidence as packing
from milvus_tck.reporting.evidence import Evidence
from milvus_tck.verdict.results.events import CheckEvent
from tests.reporting.builders import HOSTILE, a_check, a_failure, an_exchange, many_failures


def pack(
    checks: list[CheckEvent], preparations: dict[str, list[dict[str, Any]]], budget: int = packing.BUDGET
) -> Evidence:
    """Pack checks, with a command that is easily told."""
    return packing.pack(checks, preparations, lambda check: f"repro {check.check}", budget)


def unpacked(evidence: Evidence, check: str) -> dict[str, Any]:
    """Do what the page's script does: inflate a chunk and look a check up in it."""
    place = evidence.places[check]
    chunk = json.loads(gzip.decompress(base64.b64decode(evidence.chunks[place.chunk])))
    found: dict[str, Any] = chunk["checks"][str(place.key)]
    return {**found, "exchanges": [chunk["exchanges"][index] for index in found["exchanges"]]}


def test_every_exchange_of_a_failure_is_found_again() -> None:
    """Request, response, gRPC code and time, in the order in which they happened."""
    exchanges = [an_exchange(rpc=rpc) for rpc in ("CreateCollection", "Insert", "Insert")]
    failure = a_failure(exchanges=exchanges)
    shown = unpacked(pack([failure], {}), failure.check)["exchanges"]
    assert unpacked(pack([failure], {}), failure.check)["repro"] == f"repro {failure.check}"
    assert shown == [{key: value for key, value in each.items() if key != "request_bytes"} for each in exchanges]


def test_aspects_of_one_test_share_their_exchanges() -> None:
    """Six aspects with the same proof take the room of one."""
    one, six = (pack([a_failure(aspect=f"aspect-{index}") for index in range(number)], {}) for number in (1, 6))
    assert len(six.places) == 6
    assert len(six.chunks[0]) < 1.5 * len(one.chunks[0])


def test_preparations_come_with_the_checks_that_read_them() -> None:
    """What a test only read was made by somebody: that is part of the proof."""
    failure = a_failure(shared=["rows", "unused"])
    evidence = pack([failure], {"rows": [an_exchange(rpc="CreateCollection")]})
    chunk = json.loads(gzip.decompress(base64.b64decode(evidence.chunks[0])))
    [[name, indices]] = unpacked(evidence, failure.check)["preparations"]
    assert name == "rows"
    assert [chunk["exchanges"][index]["rpc"] for index in indices] == ["CreateCollection"]


def test_what_does_not_fit_is_counted_and_the_first_stay() -> None:
    """The most binding failures keep their proof; nobody is told that all is there when it is not."""
    failures = [
        a_failure(
            f"insert/{index}",
            exchanges=[an_exchange(request={"rows": [f"{index}-{place}" for place in range(90)]})],
        )
        for index in range(3000)
    ]
    evidence = pack(failures, {}, budget=150_000)
    assert sum(map(len, evidence.chunks)) <= 150_000
    assert evidence.left_out > 0
    assert evidence.left_out + len(evidence.places) == len(failures)
    assert failures[0].check in evidence.places


def test_huge_and_hostile_exchanges_are_bounded() -> None:
    """A megabyte in one text, or in very many, does not fill the page."""
    long = a_failure("insert/long", exchanges=[an_exchange(response={"reason": HOSTILE + "x" * 1_000_000})])
    deep = a_failure("insert/deep", exchanges=[an_exchange(request={f"key-{n}": "y" * 1500 for n in range(500)})])
    evidence = pack([long, deep], {})
    assert len(evidence.chunks[0]) < 20_000
    assert "more characters" in unpacked(evidence, long.check)["exchanges"][0]["response"]["reason"]
    assert "characters of JSON" in unpacked(evidence, deep.check)["exchanges"][0]["request"]


def test_checks_without_exchanges_have_no_place() -> None:
    """There is nothing to open where nothing was sent."""
    assert pack([a_check()], {}) == Evidence((), {}, 0)


def test_packing_is_repeatable() -> None:
    """The same run gives the same page, byte for byte."""
    assert pack(many_failures(20), {}) == pack(many_failures(20), {})
