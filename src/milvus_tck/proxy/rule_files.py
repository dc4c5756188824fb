"""Rules from TOML.

seed = 7                                   # of rules that act by chance

[[fault]]
id = "too-fast"
rpc = "Insert"                             # or a list; `*` and `?` may stand for anything
where = { collection_name = "shop_*" }     # members of the request
times = 2                                  # at most; `skip = 1` lets the first call go by
probability = 0.5
delay = 0.3                                # seconds before it acts; alone, it is the whole fault
status = { code = 8, reason = "rate limit exceeded", retriable = true }
# or: grpc = { code = "UNAVAILABLE", details = "..." }
# or: drop = true                          # the connection is reset
at = "request"                             # "response": the server did its work, the answer is lost

[[mutate]]
id = "count-is-zero"
rpc = "Insert"
operator = "set"
with = { member = "insert_cnt", value = 0 }
at = "response"                            # or "request", or "both"
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor import Descriptor, MethodDescriptor

from milvus_tck.proxy.actions import Act
from milvus_tck.proxy.operators import make, operators
from milvus_tck.proxy.rules import Rule, RuleSet, Stage, Where, drop, has_member, mutate, refuse, status
from milvus_tck.spec.keys import table, tables, unknown_keys
from milvus_tck.wire.descriptors import SERVICE, methods

__all__ = ["FAULT", "FILE_KEYS", "KEYS", "MUTATE", "SHARED", "RuleError", "parse_rules", "read_rules"]

SHARED = {"id", "rpc", "where", "metadata", "times", "skip", "probability", "delay", "at"}
FAULT = {"status", "grpc", "drop"}
MUTATE = {"operator", "with"}
FILE_KEYS = {"seed", "fault", "mutate"}
#: What a rule may say, by its kind.
KEYS = {"fault": SHARED | FAULT, "mutate": SHARED | MUTATE}


class RuleError(Exception):
    """Rules can not be used: says which one, and why."""


def read_rules(path: Path) -> RuleSet:
    """Read a file of rules; raises `RuleError`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{path} can not be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{path} is not UTF-8, as TOML is") from error
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: {error}") from error
    try:
        return parse_rules(raw)
    except RuleError as error:
        raise RuleError(f"{path}: {error}") from error


def parse_rules(raw: Mapping[str, Any]) -> RuleSet:
    """Make rules of what a file holds; raises `RuleError`."""
    try:
        unknown_keys("a file of rules", raw, FILE_KEYS)
        # A name of its own for each rule that has none, in the order of the file.
        rows = [(kind, f"{kind}-{number}", row) for kind in ("fault", "mutate")
                for number, row in enumerate(tables(kind, raw.get(kind, ())), 1)]  # fmt: skip
        if type(raw.get("seed", 0)) is not int:
            raise RuleError(f"seed is a whole number, not {raw['seed']!r}")
        rules = tuple(_rule(kind, str(row.get("id", name)), row) for kind, name, row in rows)
        return RuleSet(rules, raw.get("seed", 0))
    except ValueError as error:
        raise RuleError(str(error)) from error


def _rule(kind: str, name: str, row: Mapping[str, Any]) -> Rule:
    try:
        _check_keys(kind, row)
        stage = Stage(row.get("at", Stage.REQUEST if kind == "fault" else Stage.RESPONSE))
        where = _where(row)
        act = _fault(row) if kind == "fault" else _mutation(row, where, stage)
        return Rule(name, where, stage, act, **_often(row))
    except (RuleError, ValueError, TypeError) as error:
        raise RuleError(f"rule {name!r}: {error}") from error


def _check_keys(kind: str, row: Mapping[str, Any]) -> None:
    unknown_keys(f"a {kind}", row, KEYS[kind])


def _often(row: Mapping[str, Any]) -> dict[str, Any]:
    """How often, how likely, how late: numbers within their bounds."""
    given = {key: row[key] for key in ("times", "skip", "probability", "delay") if key in row}
    for key, value in given.items():
        kinds = (int,) if key in {"times", "skip"} else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool) or value < 0 or (key == "probability" and value > 1):
            raise RuleError(f"{key} = {value!r} makes no sense")
    return given


def _where(row: Mapping[str, Any]) -> Where:
    rpc = row.get("rpc", "*")
    where = Where((rpc,) if isinstance(rpc, str) else tuple(rpc), dict(table("where", row.get("where", {}))),
                  dict(table("metadata", row.get("metadata", {}))))  # fmt: skip
    for pattern in where.rpc:
        if not set(pattern) & set("*?/") and pattern not in methods():
            raise RuleError(f"there is no RPC {pattern}; one of another service is named by its path")
    for path in where.request:
        if not any(has_member(each.input_type, path) for each in _named(where)):
            raise RuleError(f"no request of {', '.join(where.rpc)} has a member {path}")
    return where


def _named(where: Where) -> list[MethodDescriptor]:
    """List the RPCs that rules mean, of those that we know."""
    return [each for name, each in methods().items() if where.names(f"/{SERVICE}/{name}", name)]


def _fault(row: Mapping[str, Any]) -> Act | None:
    given = sorted(FAULT & row.keys())
    if len(given) > 1 or (not given and "delay" not in row):
        raise RuleError("a fault is one of status, grpc and drop, or a delay")
    if not given:
        return None
    value = row[given[0]]
    if given[0] == "status":
        return status(**_status(value))
    if given[0] == "grpc":
        return _grpc(value)
    if value is not True:
        raise RuleError("drop is true, or is left out")
    return drop()


def _status(value: object) -> dict[str, Any]:
    row = table("status", value)
    unknown_keys("status", row, {"code", "reason", "legacy", "retriable"})
    if type(row.get("code")) is not int:
        raise RuleError("status has a code, a whole number")
    return dict(row)


def _grpc(value: str | Mapping[str, Any]) -> Act:
    row = {"code": value} if isinstance(value, str) else value
    known = {each.name: each for each in grpc.StatusCode if each is not grpc.StatusCode.OK}
    if row.keys() - {"code", "details"} or row.get("code") not in known:
        raise RuleError(f"grpc is a code and details; codes are {', '.join(known)}")
    return refuse(known[row["code"]], row.get("details", ""))


def _mutation(row: Mapping[str, Any], where: Where, stage: Stage) -> Act:
    name, parameters = row.get("operator"), table("with", row.get("with", {}))
    if not isinstance(name, str) or name not in operators():
        raise RuleError(f"there is no operator {name!r}; there are {', '.join(operators())}")
    member = parameters.get("member")
    # A member that no message has would make a mutation that never applies.
    if isinstance(member, str) and not any(has_member(kind, member) for kind in _messages(where, stage)):
        raise RuleError(f"no message of {', '.join(where.rpc)} that it sees has a member {member}")
    return mutate(make(name, parameters))


def _messages(where: Where, stage: Stage) -> list[Descriptor]:
    named = _named(where)
    requests = [each.input_type for each in named if stage is not Stage.RESPONSE]
    return requests + [each.output_type for each in named if stage is not Stage.REQUEST]
