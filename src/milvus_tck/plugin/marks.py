"""The marks of every test, as pytest collects them; nothing is started, nothing runs."""

from collections.abc import Iterable

import pytest

from milvus_tck.planning.choice import SuiteTest
from milvus_tck.plugin.items import suite_test

__all__ = ["Marks"]


class Marks:
    """A plugin that reads the marks of every test of the suites."""

    def __init__(self) -> None:
        self.found: Iterable[SuiteTest] = ()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take note of every test."""
        self.found = tuple(map(suite_test, items))
