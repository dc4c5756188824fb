"""JSON Schemas of the files that people write: `python -m milvus_tck.release.schemas` makes `proto/schema/`.

Those of the lines between us and the driver of an SDK, and of what `milvus-tck diff --json` prints, are made the same
way: `reports/schema/driver.schema.json`, `reports/schema/diff.schema.json`.

They come from the types that the readers use, with the words that stand above each field. An editor completes
and checks a file that names its schema in the first line: `#:schema ../schema/clauses.schema.json`.
"""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from milvus_tck.gateway.http.fault_files import HttpFaultTables
from milvus_tck.load.plan.scenario_tables import ScenarioTables
from milvus_tck.mutants.catalogue.tables import MutantTables
from milvus_tck.proxy.rule_files import RuleTables
from milvus_tck.sdk.driver_protocol import DriverAnswer, DriverHello, DriverRequest
from milvus_tck.spec.bindings import BindingTable
from milvus_tck.spec.capabilities import CapabilitiesTable
from milvus_tck.spec.clause_files import Places
from milvus_tck.spec.clause_tables import ClauseTables, ExpectTable, FamilyTables, StrictTable
from milvus_tck.spec.data import data_dir, proto_dir
from milvus_tck.spec.deviations import DeviationTables
from milvus_tck.spec.errors import ErrorTables
from milvus_tck.spec.exact_codes import ExactCodesTables
from milvus_tck.spec.field_defects import FieldDefectTables
from milvus_tck.spec.http_status import HttpStatusTables
from milvus_tck.spec.kills import KillTables
from milvus_tck.spec.kinds import KindTable
from milvus_tck.spec.limits import LimitTables
from milvus_tck.spec.model_equivalents import EquivalentTables
from milvus_tck.spec.not_testable import NotTestableTables
from milvus_tck.spec.observed_answers import ConditionTables
from milvus_tck.spec.privilege_groups import PrivilegeGroupTable
from milvus_tck.spec.profiles import ProfileTable
from milvus_tck.spec.reach import ReachTables
from milvus_tck.spec.releases import ReleasesTable
from milvus_tck.spec.required_clauses import WithdrawnTables
from milvus_tck.spec.routes import RouteTables
from milvus_tck.spec.rpcs import RpcTable
from milvus_tck.spec.sdk_clauses import SdkClauseTables
from milvus_tck.spec.witnesses import FactTable
from milvus_tck.targets.tck_toml import TargetFile
from milvus_tck.verdict.baseline.baseline import BaselineTables
from milvus_tck.verdict.results.diff_file import DiffTables
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["AUTHORED", "AuthoredFile", "command", "diff_schema", "driver_schema", "schema_of", "schemas"]

_FIELD = re.compile(r"    (\w+): ")
_REMARK = re.compile(r"    #: (.*)")


@dataclass(frozen=True, slots=True)
class AuthoredFile:
    """A sort of file that people write."""

    #: Name of its schema, without `.schema.json`.
    name: str
    title: str
    kind: Any
    #: Files of it that are ours, as patterns below `proto/`, or below another top-level folder that is named.
    ours: tuple[str, ...] = ()
    folder: str = "proto"
    #: Names of files, and of their folders, that are of another sort.
    besides: tuple[str, ...] = ()
    #: Types that its schema mentions by name alone.
    beside: tuple[type, ...] = ()

    def paths(self) -> Iterator[Path]:
        """Find the files of it that are ours."""
        for pattern in self.ours:
            found = sorted(data_dir(self.folder).glob(pattern))
            yield from (path for path in found if not {path.name, path.parent.name}.intersection(self.besides))


#: Every sort of file that people write, in the order of the names of their schemas.
AUTHORED = (
    AuthoredFile("baseline", "Failures that are known of a target", BaselineTables, ("baselines/*.toml",), "reports"),
    AuthoredFile("bindings", "The bindings", dict[str, BindingTable], ("bindings.toml",)),
    AuthoredFile("capabilities", "Parts of the protocol that a target may lack", CapabilitiesTable,
                 ("capabilities.toml",)),
    AuthoredFile("clauses", "Clauses", ClauseTables, ("clauses/**/*.toml",), besides=("family.toml", "sdk"),
                 beside=(ExpectTable, StrictTable)),
    AuthoredFile("conditions", "Which clause a condition of an observed file speaks of", ConditionTables,
                 ("observed/conditions.toml",)),
    AuthoredFile("deviations", "Promises that released servers break", DeviationTables, ("deviations.toml",)),
    AuthoredFile("errors", "The two code tables of Status", ErrorTables, ("errors.toml",)),
    AuthoredFile("exact-codes", "Codes that released servers answer", ExactCodesTables, ("exact-codes.toml",)),
    AuthoredFile("family", "What holds for a family of clauses", FamilyTables, ("clauses/*/family.toml",),
                 beside=(ExpectTable, StrictTable)),
    AuthoredFile("field-defects", "Wrong answers that were reported in public", FieldDefectTables,
                 ("field-defects.toml",)),
    AuthoredFile("http-status", "Statuses of HTTP", HttpStatusTables, ("http-status.toml",)),
    AuthoredFile("kills", "Checks that were seen to fail", KillTables, ("kills.toml",)),
    AuthoredFile("kinds", "Kinds of things that a run can leave", dict[str, KindTable], ("kinds.toml",)),
    AuthoredFile("limits", "Limits that a server is shipped with", LimitTables, ("limits.toml",)),
    AuthoredFile("model-equivalents", "Mutants of the model that no check can notice", EquivalentTables,
                 ("model-equivalents.toml",)),
    AuthoredFile("model-reach", "What the executable model does not keep", ReachTables, ("model-reach.toml",)),
    AuthoredFile("mutants", "Mutants", MutantTables, ("mutants/**/*.toml",)),
    AuthoredFile("not-testable", "RPCs of which no clause can be tested", NotTestableTables, ("not-testable.toml",)),
    AuthoredFile("privilege-groups", "Privilege groups that every server has", dict[str, PrivilegeGroupTable],
                 ("privilege-groups.toml",)),
    AuthoredFile("profile", "A profile", ProfileTable, ("profiles/*.toml",)),
    AuthoredFile("releases", "Releases of Milvus", ReleasesTable, ("releases.toml",)),
    AuthoredFile("routes", "The routes of a binding of HTTP", RouteTables, ("http/*.toml",)),
    AuthoredFile("rpcs", "The catalogue of RPCs", dict[str, RpcTable], ("rpcs.toml",)),
    AuthoredFile("rules", "Rules of `milvus-tck proxy`", RuleTables),
    AuthoredFile("http-faults", "Faults of `milvus-tck gateway`", HttpFaultTables),
    AuthoredFile("scenario", "A scenario of `milvus-tck load`", ScenarioTables, ("scenarios/*.toml",), "loadtests"),
    AuthoredFile("sdk-clauses", "Promises of SDKs", SdkClauseTables, ("clauses/sdk/*.toml",)),
    AuthoredFile("tck-toml", "Targets by name: tck.toml", TargetFile),
    AuthoredFile("upstream", "Where in upstream's source clauses were read", Places, ("upstream.toml",)),
    AuthoredFile("withdrawn", "Clauses that are required no longer", WithdrawnTables,
                 ("profiles/required/withdrawn.toml",)),
    AuthoredFile("witnesses", "What a test looks at, and by which RPCs", dict[str, FactTable], ("witnesses.toml",)),
)  # fmt: skip


@click.command()
def command() -> None:
    """Write the schemas of the files that people write."""
    folder = proto_dir() / "schema"
    folder.mkdir(exist_ok=True)
    for name, text in schemas().items():
        write_whole(folder / name, text)
        click.echo(f"{folder / name}")
    for name, text in (("driver", driver_schema()), ("diff", diff_schema())):
        path = data_dir("reports") / "schema" / f"{name}.schema.json"
        write_whole(path, text)
        click.echo(f"{path}")


def schemas() -> dict[str, str]:
    """Return the text of each schema by the name of its file."""
    return {f"{each.name}.schema.json": f"{json.dumps(schema_of(each), indent=2)}\n" for each in AUTHORED}


def driver_schema() -> str:
    """Return the text of the schema of a line between us and a driver: a request, or an answer."""
    title = "One line between milvus-tck and the driver of an SDK"
    found = schema_of(AuthoredFile("driver", title, DriverRequest, beside=(DriverAnswer, DriverHello)))
    del found["$ref"]
    found["oneOf"] = [{"$ref": f"#/$defs/{each.__name__}"} for each in (DriverRequest, DriverAnswer)]
    return f"{json.dumps(found, indent=2)}\n"


def diff_schema() -> str:
    """Return the text of the schema of what `milvus-tck diff --json` prints."""
    found = schema_of(AuthoredFile("diff", "What changed from one run to another", DiffTables))
    return f"{json.dumps(found, indent=2)}\n"


def schema_of(file: AuthoredFile) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a sort of file, as parsed TOML."""
    kinds = (file.kind, *file.beside)
    (root, *_), parts = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    for kind in set(_tables(msgspec.inspect.multi_type_info(kinds))):
        _describe(parts[kind.__name__], kind)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:milvus-tck:{file.name}:1",
        "title": file.title,
    }
    return {**head, **root, "$defs": dict(sorted(parts.items()))}


def _tables(found: object) -> Iterator[type]:
    """Find every table that types consist of."""
    if isinstance(found, tuple | list):
        for each in found:
            yield from _tables(each)
    elif isinstance(found, msgspec.inspect.StructType):
        yield found.cls
        yield from _tables([each.type for each in found.fields])
    elif isinstance(found, msgspec.inspect.Type):
        yield from _tables(
            [getattr(found, key, ()) for key in ("type", "types", "item_type", "item_types", "value_type")]
        )


def _describe(part: dict[str, Any], kind: type) -> None:
    """Add to each key the words that stand above its field."""
    names = {each.name: each.encode_name for each in msgspec.structs.fields(kind)}
    for base in reversed(kind.__mro__):
        if issubclass(base, msgspec.Struct) and base.__module__.startswith("milvus_tck"):
            for name, words in _remarks(base):
                part["properties"][names[name]]["description"] = words


def _remarks(kind: type) -> Iterator[tuple[str, str]]:
    """Read the remarks in the source of a class, each with the field below it."""
    words: list[str] = []
    for line in inspect.getsource(kind).split("\n"):
        if found := _REMARK.match(line):
            words.append(found[1])
        elif field := _FIELD.match(line):
            if words:
                yield field[1], " ".join(words)
            words = []


if __name__ == "__main__":
    command()
