"""docs/releases.md: the page is what the data say today."""

from milvus_tck.reporting.releases_page import releases_markdown
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.deviations import deviations
from milvus_tck.spec.releases import releases
from tests.packaging.checkout import ROOT

_PAGE = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8")


def test_the_page_is_what_the_command_makes() -> None:
    """Where a clause or an answer changed, the page is made again."""
    made = releases_markdown()
    stale = [line for line in made.splitlines() if line not in set(_PAGE.splitlines())]
    assert made == _PAGE, f"make it again: milvus-tck releases --markdown --out docs/releases.md; of {stale[:5]}"


def test_what_is_on_it() -> None:
    """Every release is a column, every clause over gRPC a row, every deviation told."""
    rows = {line.split("`")[1]: line for line in _PAGE.splitlines() if line.startswith("| `")}
    known = [each for each in clauses().values() if "grpc" in each.bindings]
    stands = {each.id for each in known if any(each.applies_to(release.profile) for release in releases().values())}
    assert stands <= rows.keys()
    assert all(rows[name].count("|") == len(releases()) + 2 for name in stands)
    assert all(each.releases.text in _PAGE for each in deviations())


def test_what_changes_comes_first() -> None:
    """Whoever moves a server finds the step before anything else, and by it the section that tells it."""
    sections = [line for line in _PAGE.splitlines() if line.startswith("## ")]
    assert sections[0] == "## What changes"
    steps = [line.removeprefix("### ") for line in _PAGE.splitlines() if line.startswith("### From ")]
    assert "From 2.5.27 to 2.6.20" in steps
    anchors = [step.lower().replace(" ", "-").replace(".", "") for step in steps]
    assert [anchor for anchor in anchors if f"](#{anchor}) |" not in _PAGE] == []


def test_a_step_tells_numbers_by_rpc() -> None:
    """Both numbers of a refusal, before and after, and below them each RPC with its clauses."""
    step = _PAGE.partition("### From 2.5.27 to 2.6.20")[2].partition("### From")[0]
    assert " of these come with a release of 2.6 after 2.6.18: [From 2.6.18 to 2.6.20](#from-2618-to-2620)." in step
    typed = step.partition("- 65535 → 1100 (error_code 1 → 5):\n")[2].partition("\n- ")[0]
    assert "  - DropCollection: `drop-collection/alias`, `drop-collection/has-alias`" in typed
    later = _PAGE.partition("### From 2.6.20 to 3.0.0")[2].partition("\n## ")[0]
    assert "- 0/4 → 100/4:\n  - DescribeCollection: `describe-collection/unknown-id`" in later
    assert "**Not broken any more**" in later
    assert "DescribeCollection of what does not exist answers code 0" in later


def test_how_an_answer_is_marked() -> None:
    """Seen and read differ, numbers of a release are its own, and a broken promise is told in its releases alone."""
    row = next(line for line in _PAGE.splitlines() if line.startswith("| `describe-collection/unknown-id`"))
    cells = dict(zip(releases(), (cell.strip() for cell in row.split("|")[2:-1]), strict=True))
    assert cells["2.6.20"] == "0/4 ● ≠"
    assert cells["3.0.0"] == "100/4 ●"
    assert cells["2.6.18"] == "0/4 ○ ≠"
    assert cells["2.4.18"] == "100 ?"


def test_every_answer_says_how_it_is_known() -> None:
    """A cell is seen running, read in source or unknown, and says which, unless the promise does not stand there."""
    rows = [line.split("|")[2:-1] for line in _PAGE.splitlines() if line.startswith("| `")]
    cells = [cell.strip() for row in rows if len(row) == len(releases()) for cell in row]
    assert len(cells) > 5000
    assert [cell for cell in cells if cell != "-" and not {"●", "○", "?"} & set(cell)] == []


def test_what_nobody_looked_at_is_not_told_as_mended() -> None:
    """What 2.3.5 breaks is called kept by the next release only where somebody looked at that."""
    step = _PAGE.partition("### From 2.3.5 to 2.4.18")[2].partition("### From")[0]
    unknown = step.partition("**Broken before; of 2.4.18 nobody knows**")[2]
    assert "A search with a dsl_type other than BoolExprV1 kills the server." in unknown
    assert "**Not broken any more**" not in step
    known = _PAGE.partition("### From 2.6.20 to 3.0.0")[2].partition("\n## ")[0].partition("**Not broken any more**")[2]
    assert "DescribeCollection of what does not exist answers code 0" in known
