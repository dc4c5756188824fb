"""The model is judged itself: served, it keeps a sample of the promises of every line, and breaks none."""

import json
from pathlib import Path

import pytest

from milvus_tck.cli.main import main
from milvus_tck.spec.profiles import profiles

#: Promises in which lines differ, and some of every family; a whole check is a matter of half a minute a line.
_SAMPLE = (
    "search/nearest-l2", "search/filter", "search/output-all", "search/output-dynamic-key", "search/no-hit-columns",
    "search/range", "search/partition-unknown",
    "insert/duplicate-keys", "insert/default-value", "insert/valid-data-absent", "insert/kind-other-survived",
    "create-collection/fields-65", "create-collection/dim-one", "create-collection/other-schema",
    "create-partition/name-with-dash", "load-partitions/second", "release-partitions/not-searchable",
    "create-index/inverted", "create-index/ivf-flat-nlist-missing", "describe-index/default-name",
    "get-index-state/none-claimed", "flush/valid", "flush/rate-limit", "drop-collection/has-alias",
    "service/unreadable-request", "search/deleted",
)  # fmt: skip
_LINES = [each.name for each in profiles() if each.order is not None]


@pytest.mark.parametrize("line", _LINES)
def test_a_sample_of_each_line(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check model --profile LINE` passes, and what is out of its reach is told as unsupported."""
    monkeypatch.setenv("MILVUS_TCK_STATE", str(tmp_path / "state"))
    select = " or ".join(f"clause={each}" for each in _SAMPLE)
    with pytest.raises(SystemExit) as ended:
        main(["check", "model", "--profile", line, "--select", select, "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    counts = summary["counts"]
    assert (ended.value.code, summary["failures"]) == (0, [])
    assert {level: {state for state, number in counts[level].items() if number} for level in ("must", "should")} == {
        "must": {"pass"},
        "should": {"pass"},
    }
    limited = line not in {"2.2", "2.3"}
    assert (counts["may"]["unsupported"] > 0) == limited
