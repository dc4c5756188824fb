"""`junit.xml`: one test case per check, for the many programs that read nothing else.

It follows the gate: what the gate expects is skipped, with the reason; what fails the gate
is a failure or an error; and a gate that fails has at least one of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from milvus_tck.reporting.deciding_exchange import decided_by
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.provenance import backing, backing_line
from milvus_tck.reporting.sentence import unjudged
from milvus_tck.reporting.text import clip, one_line, printable
from milvus_tck.verdict.baseline.baseline import Entry
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["junit_xml"]

_NAME, _LINE, _TEXT = 500, 500, 8_000
_ELEMENTS = {
    State.FAIL: "failure",
    State.TARGET_CRASH: "error",
    State.HARNESS_ERROR: "error",
}
_COUNTED = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def junit_xml(run: JudgedRun) -> str:
    """Return the document: a suite per family, and an error of its own where the run was cut short."""
    root = ET.Element("testsuites", name="milvus-tck")
    families: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    for check in run.results.checks:
        families[check.family].append(check)
    shares = Counter((check.test, check.binding) for check in run.results.checks)
    for family, checks in families.items():
        cases = [_case(check, run, check.seconds / shares[check.test, check.binding]) for check in checks]
        root.append(_suite(run, family, cases))
    if run.summary.baseline is not None and run.summary.baseline.stale:
        root.append(_suite(run, "baseline", [_stale(entry) for entry in run.summary.baseline.stale]))
    if not run.results.complete:
        root.append(_suite(run, "run", [_cut_short(run)]))
    elif run.summary.exit_code is not Exit.OK and not _fails(root):
        root.append(_suite(run, "run", [_gate(run)]))
    _count(root)
    root.set("time", f"{0.0 if run.footer is None else run.footer.seconds:.3f}")
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(run: JudgedRun, family: str, cases: Iterable[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", name=clip(family, _NAME), timestamp=printable(run.header.started[:19]))
    suite.append(_properties(run))
    suite.extend(cases)
    _count(suite)
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in suite.iter('testcase')):.3f}")
    return suite


def _properties(run: JudgedRun) -> ET.Element:
    header = run.header
    values = {
        "profile": header.profile,
        "target": header.target.name,
        "target.version": header.target.version,
        "seed": str(header.seed),
        "suite": header.suite,
        "verdict": run.summary.verdict.value,
        "complete": str(run.results.complete).lower(),
    }
    values |= {f"start-here.{number}": run.start_line(cause) for number, cause in enumerate(run.start_here, 1)}
    element = ET.Element("properties")
    for name, value in values.items():
        ET.SubElement(element, "property", name=name, value=one_line(str(value), _LINE))
    return element


def _count(element: ET.Element) -> None:
    for name, tag in _COUNTED.items():
        element.set(name, str(sum(1 for _ in element.iter(tag))))


def _case(check: CheckEvent, run: JudgedRun, seconds: float) -> ET.Element:
    """Make the test case of a check; its time is its share of the time of the test that judged it."""
    case = ET.Element(
        "testcase",
        classname=clip(f"{check.family}.{check.rpc}", _NAME),
        name=clip(check.check, _NAME),
        time=f"{seconds:.6f}",
    )
    state = State(check.state)
    if state is not State.PASS:
        _tell(case, check, run)
    return case


def _tell(case: ET.Element, check: CheckEvent, run: JudgedRun) -> None:
    """Say in the test case what happened instead of a pass."""
    state = State(check.state)
    tag = "skipped" if state.failed and not run.gates(check) else _ELEMENTS.get(state, "skipped")
    message = one_line(_message(check, run), _LINE)
    if tag == "skipped":
        ET.SubElement(case, tag, message=message)
        return
    element = ET.SubElement(case, tag, message=message, type=one_line(check.signature or state.value, _LINE))
    lines = {
        "promise": check.text,
        "expected": check.expected,
        "actual": check.actual,
        "decided by": decided_by(check),
        **backing(check),
        "repro": run.repro(check),
    }
    element.text = "\n".join(f"{name}: {clip(value, _TEXT)}" for name, value in lines.items() if value)


def _message(check: CheckEvent, run: JudgedRun) -> str:
    what = check.contrast if check.expected else run.blocking.reason(check)
    what = "; ".join(filter(None, (what, backing_line(check))))
    if check.check in run.known:
        reason = run.reason_of(check)
        return f"known {check.state} ({check.level}): {reason or 'no reason is given'}; {what}"
    if check.deviation:
        what = f"{check.deviation.removesuffix('.')}; {what}"
    times = f", failed {check.failed} of {check.runs} times" if check.state == State.FLAKY else ""
    return f"{check.state} ({check.level}{times}): {what}"


def _cut_short(run: JudgedRun) -> ET.Element:
    """A run that was cut short is no green run, however its checks came out."""
    case = ET.Element("testcase", classname="run", name="run/complete", time="0.000")
    message = f"the run was cut short: {unjudged(run.results)} of {run.header.planned} planned checks were never judged"
    ET.SubElement(case, "error", message=message, type="incomplete")
    return case


def _fails(root: ET.Element) -> bool:
    return any(True for tag in ("failure", "error") for _ in root.iter(tag))


def _gate(run: JudgedRun) -> ET.Element:
    """A gate that no check fails by itself: a lost target, open checks, an entry that names nothing."""
    case = ET.Element("testcase", classname="run", name="run/gate", time="0.000")
    ET.SubElement(case, "error", message=one_line(run.gate, _LINE), type=run.summary.exit_code.name.lower())
    return case


def _stale(entry: Entry) -> ET.Element:
    """A known failure that is gone fails the gate until its entry is gone, too."""
    case = ET.Element("testcase", classname="baseline", name=clip(f"baseline/{entry.check}", _NAME), time="0.000")
    message = f"{entry.check} passes now: take it out of the baseline (milvus-tck baseline prune)"
    ET.SubElement(case, "failure", message=one_line(message, _LINE), type="stale")
    return case
