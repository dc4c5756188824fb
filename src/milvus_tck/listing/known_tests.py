"""Every test of the suites, from the index where that is good, else from pytest."""

from collections.abc import Iterable

from milvus_tck.planning.choice import SuiteTest
from milvus_tck.planning.index import suite_tests

__all__ = ["collected_tests", "known_tests"]


def known_tests() -> tuple[SuiteTest, ...]:
    """Return every test of the suites."""
    return suite_tests(collected_tests)


def collected_tests() -> Iterable[SuiteTest]:
    """Let pytest collect the suites: takes seconds."""
    import pytest  # noqa: PLC0415 - who finds an index needs no pytest, which is most of the time

    from milvus_tck.listing.run_pytest import run_suites  # noqa: PLC0415 - the same
    from milvus_tck.plugin.marks import Marks  # noqa: PLC0415 - the same

    marks = Marks()
    code = run_suites(marks, ["--collect-only"])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest ended with {pytest.ExitCode(code).name}")
    return marks.found
