"""Our definitions against those of six released clients, element by element."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

from milvus_tck.spec.profiles import ProfileRange, profile
from milvus_tck.spec.rpcs import rpcs_of
from milvus_tck.wire.compile import compile_descriptors
from milvus_tck.wire.descriptors import SERVICE, descriptor_set, methods
from tests.wire.definitions import Element, elements
from tests.wire.upstream import PYMILVUS, released

#: Lines before the first profile; a tag may name them.
_OLDER = frozenset({"2.0", "2.1"})
_EVERY_LINE = "2.2.."


@dataclass(frozen=True)
class Known:
    """A difference that makes none on the wire, and the profiles whose release has it."""

    element: str
    profiles: str
    reason: str


#: Every difference that is allowed; one that is not found in exactly these profiles fails.
KNOWN = (
    Known(
        "milvus.proto.milvus.SearchRequest.placeholder_group",
        "..2.5",
        "became a member of the oneof search_input in 2.6: number and type stayed, so the bytes are the same",
    ),
    Known(
        "milvus.proto.milvus.milvus_ext_obj",
        "2.2..",
        "an option of the .proto file itself, read by upstream's code generator and never sent",
    ),
    Known(
        "milvus.proto.common.privilege_ext_obj",
        "2.2..",
        "an option of request definitions, read by upstream's permission check and never sent",
    ),
)

#: Definitions with one of everything, and changes to them with the element that each makes another.
SAMPLE = """
syntax = "proto3";
package p;
message M {
  int32 number = 1;
  repeated string many = 2;
  optional int64 maybe = 3;
  map<string, int32> by_name = 4;
  oneof choice { bool chosen = 5; M other = 6; }
  enum Inner { NONE = 0; ONE = 1; }
}
service S { rpc Ask(M) returns (M); }
"""
CHANGES = (
    ("number = 1", "number = 9", "p.M.number"),
    ("int32 number", "int64 number", "p.M.number"),
    ("number = 1", "numbers = 1", "p.M.number"),
    ("repeated string", "string", "p.M.many"),
    ("optional int64", "int64", "p.M.maybe"),
    ("map<string, int32>", "map<string, int64>", "p.M.by_name"),
    ("oneof choice { bool chosen = 5;", "bool chosen = 5; oneof choice {", "p.M.chosen"),
    ("ONE = 1", "ONE = 2", "p.M.Inner.ONE"),
    ("returns (M)", "returns (stream M)", "p.S.Ask"),
    ("rpc Ask(M)", "rpc Ask(stream M)", "p.S.Ask"),
    ("rpc Ask", "rpc Beg", "p.S.Ask"),
)

each_line = pytest.mark.parametrize("line", PYMILVUS)


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Element]:
    """Our own elements, with their comments."""
    compiled = tmp_path_factory.mktemp("definitions") / "commented.binpb"
    compile_descriptors(compiled, comments=True)
    return elements(FileDescriptorSet.FromString(compiled.read_bytes()))


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the environments of old clients need."""
    return tmp_path_factory.mktemp("upstream")


@each_line
def test_what_a_release_defines_is_ours_too(line: str, ours: dict[str, Element], scratch: Path) -> None:
    """Every message, field, enum value and RPC of a release is in proto/ with its number, type, label and oneof."""
    theirs = _released(line, scratch)
    different = {name for name, element in theirs.items() if not _same(ours.get(name), element)}
    allowed = {known.element for known in KNOWN if profile(line) in ProfileRange(known.profiles)}
    assert {name: (theirs[name], ours.get(name)) for name in different - allowed} == {}
    assert allowed - different == set(), "listed as known differences, but there are none"


@each_line
def test_range_tags_name_the_releases_that_have_an_element(line: str, ours: dict[str, Element], scratch: Path) -> None:
    """The tag at the end of a comment, or that of the element around it, says in which profiles an element exists."""
    theirs = _released(line, scratch)
    protocol = [name for name in ours if name.startswith("milvus.")]
    assert [name for name in protocol if _tagged(ours, name, line) and name not in theirs] == [], (
        "tagged, but not there"
    )
    assert [name for name in ours if name in theirs and not _tagged(ours, name, line)] == [], "there, but not tagged"


@each_line
def test_the_catalogue_names_the_releases_that_have_an_rpc(line: str, ours: dict[str, Element]) -> None:
    """A row of proto/rpcs.toml and the tag of its RPC say the same about the profiles that have it."""
    tagged = {name for name in methods() if _tagged(ours, f"{SERVICE}.{name}", line)}
    assert {each.name for each in rpcs_of(profile(line))} == tagged


def test_every_element_says_what_it_means(ours: dict[str, Element]) -> None:
    """Each message, field, enum, value, service and RPC of proto/ has a comment, and more than a tag in it."""
    assert [name for name, each in ours.items() if not _TAG.sub("", each.comment).strip()] == []


def test_tags_are_well_formed(ours: dict[str, Element]) -> None:
    """A bracket with a number of a line in it is a range of known lines, and ends the comment."""
    brackets = {each.name: _BRACKET.findall(each.comment) for each in ours.values()}
    assert {name: found for name, found in brackets.items() if len(found) > 1} == {}
    misplaced = [name for name, found in brackets.items() if found and not _TAG.search(ours[name].comment)]
    assert misplaced == []
    tags = {tag for found in brackets.values() for tag in found} - _OLDER
    early = profile("design-2.0")
    assert [tag for tag in tags if early in ProfileRange(tag)] == [], "a tag names numbered lines"


def test_the_compiled_set_is_that_of_the_sources(tmp_path: Path) -> None:
    """proto/descriptors.binpb is what the .proto files compile to."""
    compiled = tmp_path / "descriptors.binpb"
    compile_descriptors(compiled)
    assert descriptor_set() == FileDescriptorSet.FromString(compiled.read_bytes())


@pytest.mark.parametrize(("before", "after", "element"), CHANGES)
def test_the_comparison_notices_a_change(before: str, after: str, element: str, tmp_path: Path) -> None:
    """Another number, type, label, presence, oneof or direction of a stream makes another element of just that one."""
    one, other = (_compiled(text, tmp_path) for text in (SAMPLE, SAMPLE.replace(before, after)))
    assert {name for name in one if not _same(other.get(name), one[name])} == {element}


_BRACKET = re.compile(r"\[([\d.]*\d\.\d[\d.]*|next\.\.)\]")
_TAG = re.compile(_BRACKET.pattern + "$")


@cache
def _released(line: str, scratch: Path) -> dict[str, Element]:
    return elements(released(PYMILVUS[line], scratch))


def _same(mine: Element | None, theirs: Element) -> bool:
    wanted = (theirs.kind, theirs.shape, theirs.oneof)
    return mine is not None and (mine.kind, mine.shape, mine.oneof) == wanted


def _tagged(ours: dict[str, Element], name: str, line: str) -> bool:
    """Tell whether an element's tag names the profile; one without a tag follows the element around it."""
    element = ours[name]
    found = _TAG.search(element.comment)
    if found is None:
        return _tagged(ours, element.parent, line) if element.parent else profile(line) in ProfileRange(_EVERY_LINE)
    return found[1] not in _OLDER and profile(line) in ProfileRange(found[1])


def _compiled(source: str, folder: Path) -> dict[str, Element]:
    (folder / "p.proto").write_text(source, encoding="utf-8")
    target = folder / "p.binpb"
    assert protoc.main(["protoc", f"-I{folder}", f"--descriptor_set_out={target}", "p.proto"]) == 0
    return elements(FileDescriptorSet.FromString(target.read_bytes()))
