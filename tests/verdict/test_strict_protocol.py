"""--strict-protocol: what released servers break just so fails under it, and without it nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from tests.verdict.builders import a_job, checks
from tests.verdict.runs import ROOT, Told, creates, run
from tests.verdict.servers import Collections, Mortal


class _LikeReleases(Collections):
    """Collections that are described as 2.6.20 does it: code 0, and error_code 4, where there is none."""

    def _DescribeCollection(self, request: m.DescribeCollectionRequest) -> m.DescribeCollectionResponse:  # noqa: N802
        if request.collection_name in self.names:
            return super()._DescribeCollection(request)
        reason = f"can't find collection[{request.collection_name}]"
        return m.DescribeCollectionResponse(status=m.Status(error_code=m.ErrorCode.CollectionNotExists, reason=reason))


def _describes_nothing(case: Case, _things: Sequence[Any]) -> None:
    name = case.name()
    case.ok(calls.create_collection(name))
    case.refused(
        calls.describe_collection(case.name()),
        neighbour=calls.describe_collection(name),
        untouched=lambda: case.ok(calls.has_collection(name)).value,
    )


def _accepts(case: Case, _things: Sequence[Any]) -> None:
    refused = calls.insert(case.name(), [], 1)
    case.refused(refused, neighbour=refused, untouched=lambda: True, case="int64-for-int32")


def _dies(case: Case, _things: Sequence[Any]) -> None:
    case.call(calls.search(f"{case.name()}_poison", np.zeros((1, 2), dtype=np.float32)))


@dataclass(frozen=True)
class _Known:
    """A deviation that stands in proto/deviations.toml, shown by a target that deviates so."""

    check: str
    release: str
    body: Callable[[Case, Sequence[Any]], None]
    #: What the check is, and how the run ends, where it is no deviation.
    fails: State = State.FAIL
    code: Exit = Exit.UNEXPECTED


_KINDS = {
    "number": _Known("describe-collection/collection-unknown:code@grpc", "2.6.20", _describes_nothing),
    "success": _Known("insert/kind-other-refused.int64-for-int32:fails@grpc", "2.3.5", _accepts),
    "crash": _Known("insert/dim-zero-survived:holds@grpc", "2.3.5", _dies, State.TARGET_CRASH, Exit.TARGET_LOST),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("kind", _KINDS)
def test_each_kind_of_what_released_servers_break(target: Mortal, kind: str, *, strict: bool) -> None:
    """A wrong number, a success and a crash that a release shows each fail under --strict-protocol, and only there."""
    known = _KINDS[kind]
    parts = CheckId.parse(known.check)
    owed = checks(clauses()[parts.clause], line=known.release, cases=(parts.case,))
    options: dict[str, Any] = {"profile": known.release, "strict_protocol": strict, "fail_on": Level.SHOULD}
    target.kind = _LikeReleases
    told = Told()
    jobs = [a_job("root", ROOT, body=creates, line=known.release), Job("wrong", owed, known.body, ())]
    summary = run(told, jobs, **options)
    (event,) = [each for each in told.events if isinstance(each, CheckEvent) and each.check == known.check]
    assert event.state == (known.fails if strict else State.DEVIATION)
    assert summary.exit_code is (known.code if strict else Exit.OK)
