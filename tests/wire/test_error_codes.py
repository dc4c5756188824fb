"""The legacy error table against the enum of six released clients."""

from pathlib import Path

import pytest

from milvus_tck.spec.errors import legacy_codes
from milvus_tck.spec.profiles import profile
from tests.wire.definitions import elements
from tests.wire.upstream import PYMILVUS, released

_ENUM = "milvus.proto.common.ErrorCode"


@pytest.mark.parametrize("line", PYMILVUS)
def test_the_legacy_table_is_the_enum_of_the_release(line: str, tmp_path: Path) -> None:
    """errors.toml defines in each profile the numbers and names of ErrorCode that its release has, and no other."""
    theirs = elements(released(PYMILVUS[line], tmp_path))
    wanted = {(each.shape, each.name) for each in theirs.values() if each.parent == _ENUM}
    ours = [each for each in legacy_codes() if profile(line) in each.profiles]
    assert {(f"value {each.number}", f"{_ENUM}.{each.name}") for each in ours} == wanted
