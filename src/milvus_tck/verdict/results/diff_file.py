"""The JSON of a diff of two runs: the types of its members, of which `reports/schema/diff.schema.json` is made."""

from typing import Literal

from milvus_tck.spec.tables import Table

__all__ = ["CheckChangeTable", "CheckChangesTable", "CircumstanceTable", "DiffTables", "RunTable", "SlowerTestTable"]


class RunTable(Table, frozen=True):
    """One of the two runs."""

    #: The target as it was asked for, such as milvus@2.3.5.
    target: str
    #: What the target says of itself.
    version: str
    #: The profile that it was held to, and the release of it; the name of the profile again where none was named.
    profile: str
    #: The release of the profile.
    release: str
    #: The release of milvus-tck.
    suite: str
    #: When it began, in UTC (ISO 8601).
    started: str
    #: The id of the run.
    run: str
    #: Whether everything that was asked for was judged.
    complete: bool


class CircumstanceTable(Table, frozen=True):
    """Something that makes the two less comparable."""

    #: What differs, in words.
    what: str
    #: The old value; empty where there was none.
    old: str
    #: The new value; empty where there is none.
    new: str


class CheckChangeTable(Table, frozen=True):
    """A check that both runs asked for, and that came to something else."""

    #: Id of the check.
    check: str
    #: Level of its clause in the new run.
    level: Literal["must", "should", "may", "observed"]
    #: The RPC that its clause is about.
    rpc: str
    #: States and signatures, as in results.ndjson; a signature is empty where there is none.
    old_state: str
    old_signature: str
    new_state: str
    new_signature: str


class CheckChangesTable(Table, frozen=True, rename="kebab"):
    """Changes by kind; docs/reference/diff.md says what the kinds are."""

    regression: list[CheckChangeTable]
    other_signature: list[CheckChangeTable]
    newly_deviating: list[CheckChangeTable]
    newly_unverified: list[CheckChangeTable]
    newly_judged: list[CheckChangeTable]
    fix: list[CheckChangeTable]


class SlowerTestTable(Table, frozen=True):
    """A test that took twice as long and a second more; times of the whole test, in seconds."""

    test: str
    old_seconds: float
    new_seconds: float


class DiffTables(Table, frozen=True):
    """What `milvus-tck diff OLD NEW --json` prints."""

    #: The version of this form.
    schema: Literal[1]
    #: The run that came first.
    old: RunTable
    #: The run that is held against it.
    new: RunTable
    #: What makes the two less comparable.
    circumstances: list[CircumstanceTable]
    #: What became of checks, the gravest first.
    changes: CheckChangesTable
    #: Tests that took longer, which is no failure.
    slower: list[SlowerTestTable]
    #: Ids of checks that only one of the two asked for.
    only_old: list[str]
    only_new: list[str]
