"""What a run leaves: every file, made from a real run on a real server."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from milvus_tck.load.measure.histogram import Histogram
from milvus_tck.load.report.comparison import read_slots
from milvus_tck.spec.data import data_dir
from milvus_tck.targets.lite import LiteServer
from milvus_tck.verdict.model.states import Exit
from tests.load.runs import Ended, load, scenario
from tests.reporting.browser import Browser, chromium


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """A run on a milvus-lite that we start, then a slower one compared with it."""
    server = LiteServer("lite@2.5.1", "2.5.1")
    server.start()
    try:
        first, second = (tmp_path_factory.mktemp(name) for name in ("first", "second"))
        load(server.address, first, "--scenario", str(scenario(first, "search.p50<10s")))
        path = scenario(second, "search.p50<10s", "search.recall@10>0.5", "*.errors<1%")
        yield load(server.address, second, "--scenario", str(path), "--baseline", str(first))
    finally:
        server.stop()


def test_the_summary_fits_its_schema(ended: Ended) -> None:
    """`summary.json` is what its JSON Schema says, and has the members that gates read."""
    path = data_dir("reports") / "schema" / "load-summary.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [each.message for each in Draft202012Validator(schema).iter_errors(ended.summary)] == []
    promised = {
        "good",
        "refused",
        "wrong",
        "unanswered",
        "dropped",
        "count",
        "errors",
        "rate",
        "p50_ms",
        "p90_ms",
        "p99_ms",
        "p999_ms",
        "max_ms",
        "naive_p99_ms",
        "recall",
    }
    assert promised <= ended.summary["ops"]["search"].keys()
    assert {"k", "mean", "low"} <= ended.summary["ops"]["search"]["recall"].keys()
    assert ended.summary["exit_code"] == ended.code == Exit.OK


def test_a_broken_summary_does_not_fit(ended: Ended) -> None:
    """The schema refuses a verdict that there is not."""
    path = data_dir("reports") / "schema" / "load-summary.schema.json"
    validator = Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    assert not validator.is_valid({**ended.summary, "verdict": "good"})


def test_the_time_series_adds_up(ended: Ended) -> None:
    """Rows of CSV and Parquet are the same ones, and their counts are those of the summary."""
    rows = list(csv.DictReader(io.StringIO((ended.folder / "timeseries.csv").read_text(encoding="utf-8"))))
    table = pq.read_table(ended.folder / "timeseries.parquet").to_pylist()
    assert [(row["operation"], row["count"]) for row in table] == [
        (row["operation"], int(row["count"])) for row in rows
    ]
    for name, figures in ended.summary["ops"].items():
        for member in ("count", "errors"):
            assert sum(int(row[member]) for row in rows if row["operation"] == name) == figures[member]


def test_the_log_of_histograms_gives_the_percentiles(ended: Ended) -> None:
    """Read back by the library of HdrHistogram and put together, the log has the summary's percentiles."""
    slots = read_slots(ended.folder / "latency.hlog")
    counts = slots["search"].sum(axis=0)
    figures = ended.summary["ops"]["search"]
    assert counts.sum() == figures["count"]
    made = replace(Histogram.empty(), counts=np.asarray(counts), low=0.0, high=np.inf)
    assert made.quantile(0.99) * 1e3 == pytest.approx(figures["p99_ms"], rel=0.01)


def test_prometheus_text_holds_the_figures(ended: Ended) -> None:
    """Every line of `metrics.prom` is a comment or a sample, and the p99 is the summary's."""
    lines = (ended.folder / "metrics.prom").read_text(encoding="utf-8").splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    found = next(value for name, value in samples.items() if 'operation="search"' in name and 'quantile="0.99"' in name)
    assert float(found) * 1e3 == pytest.approx(ended.summary["ops"]["search"]["p99_ms"], abs=1e-3)


def test_the_same_server_has_not_changed_much(ended: Ended) -> None:
    """The comparison names every percentile of both operations, with an interval around its ratio."""
    rows = ended.summary["comparison"]
    assert {(row["operation"], row["metric"]) for row in rows} == {
        (name, metric) for name in ("search", "insert") for metric in ("p50_ms", "p90_ms", "p99_ms")
    }
    assert all(row["low"] <= row["high"] for row in rows)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium."""
    yield from chromium(tmp_path_factory.mktemp("profile"))


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_page_shows_the_run(ended: Ended, browser: Browser, width: int, height: int) -> None:
    """On a desk and on a phone: the verdict is in sight, nothing is cut off or fetched, and pictures hold lines."""
    browser.show(ended.folder / "report.html", width, height)
    assert browser.complaints() == []
    assert browser.requests() == []
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert "Passed" in browser.run("return document.querySelector('h1').textContent")
    assert browser.run("return document.querySelector('h1').getBoundingClientRect().bottom") < height
    titles = browser.run("return [...document.querySelectorAll('figcaption b')].map(each => each.textContent)")
    assert {"search: latency over time", "search: percentiles", "Throughput", "Recall", "Sent late", "CPU"} <= set(
        titles
    )
    empty = "return [...document.querySelectorAll('svg')].filter(each => !each.querySelector('polyline, image')).length"
    assert browser.run(empty) == 0
    sizes = browser.run(
        "return [...document.querySelectorAll('svg image')].map(each => each.getBoundingClientRect().width)"
    )
    assert sizes
    assert min(sizes) > 100
