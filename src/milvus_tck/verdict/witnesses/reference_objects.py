"""Reference objects: things of which it is known how they are, and what each witness tells of them.

There are two of everything, and one of them alone is given something (a partition, an
index, rows, a load). A witness convinces where it tells the one from the other. One that
tells of neither, or of both, is only called wrong where another one convinces: the calls
that made the objects may not have done what they said.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from milvus_tck.spec.bindings import binding_row
from milvus_tck.spec.witnesses import facts
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.model.stops import CallRefused, Silent, Stop, Unsayable, Unsupported
from milvus_tck.verdict.witnesses.credibility import ALONE, BLIND, FLOOR, SERVER, Tried
from milvus_tck.verdict.witnesses.statements import STATEMENTS
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import int64_key, vector

__all__ = ["REFERENCES", "Told", "believe"]

_DIM = 4
_FIELDS = (int64_key(), vector("vec", _DIM))
_ONE, _DEFAULT = "one", "_default"
_LOADED = m.LoadState.LoadStateLoaded
#: Keys of the rows of either collection.
_KEYS, _OTHERS = (1, 2, 3), (11, 12)
#: Seconds until a load or a flush shows at all, and how much later than the first witness another may tell it.
_PATIENCE, _GRACE = 30.0, 4.0
_POLL = 0.1

#: What is wrong with each witness of each fact: "" where it convinces.
Told = Mapping[str, Mapping[str, str]]
#: Asks one witness.
Look = Callable[..., Any]


@dataclass(frozen=True)
class _Trial:
    """What a witness has to tell of a fact: of what is so, and of what is not."""

    fact: str
    right: Callable[[Look], bool]
    wrong: Callable[[Look], bool]
    #: Whether a witness tells the same of both, whatever that is.
    same: Callable[[Look], bool] = lambda _look: False
    #: Whether what is so takes its time to be.
    slow: bool = False
    #: Whether who tells what is so has to deny what is not to be believed at all.
    strict: bool = False


def _tried(tck: Case, trials: Iterable[_Trial]) -> dict[str, dict[str, str]]:
    return {each.fact: _judged(tck, each) for each in trials}


def _judged(tck: Case, trial: _Trial) -> dict[str, str]:
    """Ask every witness; who is wrong counts only where somebody is right."""
    seen = _seen(tck, trial)
    denies = {rpc: trouble or _denial(tck, trial, rpc) for rpc, trouble in seen.items()}
    if "" in denies.values():
        return denies
    if "" in seen.values():
        # Nobody tells what is not so. That says nothing against who tells the two apart; who does not decides nothing.
        return {} if trial.strict else {rpc: trouble or _blindness(tck, trial, rpc) for rpc, trouble in seen.items()}
    maker = facts()[trial.fact].made_by
    return {maker: "it succeeds, and no RPC tells that anything came of it"} if maker else {}


def _seen(tck: Case, trial: _Trial) -> dict[str, str]:
    """Ask what is so; where that takes its time, until all tell it, or long enough after the first one did."""
    end = time.monotonic() + (min(_PATIENCE, tck.run.patience) if trial.slow else 0)
    while True:
        seen = {rpc: _affirmation(tck, trial, rpc) for rpc in facts()[trial.fact].rpcs}
        if "" in seen.values():
            end = min(end, time.monotonic() + _GRACE)
        if not any(seen.values()) or time.monotonic() >= end:
            return seen
        tck.pause(_POLL)


def _affirmation(tck: Case, trial: _Trial, rpc: str) -> str:
    try:
        return "" if trial.right(_look(tck, trial.fact, rpc)) else "it does not tell what is so"
    except (CallRefused, Silent, Unsupported, Unsayable) as stop:
        return str(stop)


def _denial(tck: Case, trial: _Trial, rpc: str) -> str:
    try:
        return "" if trial.wrong(_look(tck, trial.fact, rpc)) else "it tells what is not so"
    except (CallRefused, Silent, Unsupported, Unsayable):
        return ""  # to refuse what is not there is to deny it


def _blindness(tck: Case, trial: _Trial, rpc: str) -> str:
    try:
        return BLIND if trial.same(_look(tck, trial.fact, rpc)) else ""
    except (CallRefused, Silent, Unsupported, Unsayable):
        return ""


def _ended(
    tck: Case, told: dict[str, dict[str, str]], call: Call[Any], fact: str, gone: Callable[[Look], bool]
) -> Told:
    """End what is so, and add what is wrong with that where everybody who is right tells that it still is."""
    right = [rpc for rpc, trouble in told.get(fact, {}).items() if not trouble]
    try:
        tck.ok(call)
        stays = right and not any(_says(partial(gone, _look(tck, fact, rpc))) for rpc in right)
    except (CallRefused, Silent, Unsupported, Unsayable):
        return told
    trouble = {call.rpc: "it succeeds, and every RPC tells that nothing came of it"} if stays else {}
    return {**told, fact: {**told.get(fact, {}), **trouble}}


def _look(tck: Case, fact: str, rpc: str) -> Look:
    return lambda *args: STATEMENTS[fact][rpc](tck, *args)


def _two(tck: Case) -> tuple[str, str]:
    names = tck.name(), tck.name()
    for name in names:
        tck.ok(calls.create_collection(name, *_FIELDS))
    return names


# -- the reference objects ------------------------------------------------------------------


def _server(tck: Case) -> Told:
    """The target itself, of which nothing has to be made; what it says of itself cannot be held against another."""
    return _tried(tck, [_Trial("server", lambda look: bool(look()), lambda _: True)])


def _collections(tck: Case) -> Told:
    """Two collections, and a name that none has."""
    (one, two), missing = _two(tck), tck.name()

    def there(look: Look) -> bool:
        return bool(look(one)) and bool(look(two))

    def absent(look: Look) -> bool:
        return not look(missing)

    def apart(look: Look) -> bool:
        return bool(look(one) != look(missing))

    trials = [_Trial(fact, there, absent, strict=True) for fact in ("collection", "listing")]
    told = _tried(tck, [*trials, _Trial("definition", there, apart)])
    return _ended(tck, told, calls.drop_collection(two), "collection", lambda look: not look(two))


def _partitions(tck: Case) -> Told:
    """A collection with a partition, and one without."""
    one, two = _two(tck)
    tck.ok(calls.create_partition(one, _ONE))
    both = sorted((_DEFAULT, _ONE))
    told = _tried(
        tck,
        [
            _Trial("partition", lambda look: look(one, _ONE), lambda look: not look(two, _ONE), lambda _: True),
            _Trial(
                "partitions", lambda look: look(one) == both, lambda look: look(two) == [_DEFAULT], _alike(one, two)
            ),
        ],
    )
    return _ended(tck, told, calls.drop_partition(one, _ONE), "partition", lambda look: not look(one, _ONE))


def _indexes(tck: Case) -> Told:
    """A collection with an index, and one without."""
    one, two = _two(tck)
    tck.ok(calls.create_index(one, "vec", "FLAT", "L2", {}))
    told = _tried(tck, [_Trial("index", lambda look: bool(look(one)), lambda look: not look(two), _alike(one, two))])
    return _ended(tck, told, calls.drop_index(one, "vec"), "index", lambda look: not look(one))


def _rows(tck: Case) -> Told:
    """A collection whose rows are flushed and loaded, and one whose rows are neither."""
    one, two = _two(tck)
    for name, keys in ((one, _KEYS), (two, _OTHERS)):
        _fill(tck, name, keys)
    stored, loaded = _stored(tck, one, two), _loaded(tck, one, two)
    if loaded.get("keys", {}).get("Insert"):
        stored.pop("count", None)  # of what was never inserted nothing can be counted, whoever flushes it
    return {**stored, **loaded}


def _alike(one: str, two: str) -> Callable[[Look], bool]:
    return lambda look: bool(look(one) == look(two))


def _fill(tck: Case, name: str, keys: tuple[int, ...]) -> None:
    vectors = np.repeat(np.array(keys, dtype=np.float32)[:, None], _DIM, axis=1)
    rows = [column("id", DataType.Int64, keys), column("vec", DataType.FloatVector, vectors)]
    tck.ok(calls.insert(name, rows, len(keys)))
    tck.ok(calls.create_index(name, "vec", "FLAT", "L2", {}))


def _stored(tck: Case, one: str, two: str) -> dict[str, dict[str, str]]:
    try:
        sealed = tck.ok(calls.flush(one))
    except Stop:
        return {}
    early = _too_early(tck, one, sealed)
    counts = _Trial(
        "count", lambda look: look(one) == str(len(_KEYS)), lambda look: look(two) == "0", _alike(one, two), slow=True
    )
    ended = _Trial("flushed", lambda look: bool(look(one, sealed)), lambda _: True, slow=True)
    told = _tried(tck, (counts, ended))
    return {**told, "flushed": {rpc: early.get(rpc, trouble) for rpc, trouble in told["flushed"].items()}}


def _too_early(tck: Case, one: str, sealed: m.FlushResponse) -> dict[str, str]:
    """Name the witnesses that call rows persistent which nobody counts yet."""
    said = [rpc for rpc, tell in STATEMENTS["flushed"].items() if _says(partial(tell, tck, one, sealed))]
    wanted = str(len(_KEYS))
    counted = [_says(partial(_equals, wanted, partial(tell, tck, one))) for tell in STATEMENTS["count"].values()]
    return {} if any(counted) else dict.fromkeys(said, "it calls rows persistent that nobody counts")


def _equals(wanted: object, ask: Callable[[], object]) -> bool:
    return ask() == wanted


def _says(ask: Callable[[], object]) -> bool:
    try:
        return bool(ask())
    except (CallRefused, Silent, Unsupported, Unsayable):
        return False


def _loaded(tck: Case, one: str, two: str) -> Told:
    try:
        tck.ok(calls.load_collection(one))
    except Stop:
        return {}
    load = _Trial(
        "load", lambda look: look(one) == _LOADED, lambda look: look(two) != _LOADED, _alike(one, two), slow=True
    )
    keys = _Trial(
        "keys",
        lambda look: look(one) == list(_KEYS),
        lambda look: look(two) != list(_KEYS),
        _alike(one, two),
        slow=True,
    )
    told = _tried(tck, [load])
    if told["load"].get("LoadCollection"):
        return told  # nothing is found in what is not loaded
    told |= _tried(tck, [keys])
    ended = _ended(tck, told, calls.release_collection(one), "load", lambda look: look(one) != _LOADED)
    return {**ended, **_partition_loaded(tck, one, two)}


def _partition_loaded(tck: Case, one: str, two: str) -> Told:
    """Load a partition of what was not loaded, beside what was released; nothing is known where that is refused."""
    try:
        tck.ok(calls.load_partitions(two, _DEFAULT))
    except Stop:
        return {}
    told = _tried(
        tck,
        [
            _Trial(
                "partition-load",
                lambda look: look(two, _DEFAULT) == _LOADED,
                lambda look: look(one, _DEFAULT) != _LOADED,
                lambda look: bool(look(one, _DEFAULT) == look(two, _DEFAULT)),
                slow=True,
            )
        ],
    )
    gone = calls.release_partitions(two, _DEFAULT)
    return _ended(tck, told, gone, "partition-load", lambda look: look(two, _DEFAULT) != _LOADED)


#: How reference objects are made, and what is told of them, by their name.
REFERENCES: Mapping[str, Callable[[Case], Told]] = {
    SERVER: _server,
    "collections": _collections,
    "partitions": _partitions,
    "indexes": _indexes,
    "rows": _rows,
}


def believe(run: RunContext, bindings: Iterable[str]) -> None:
    """Let a run believe those alone who tell the reference objects right, over each of its bindings."""
    for binding in dict.fromkeys((run.binding, *bindings)):
        own = run.for_binding(binding)
        own.noted.standing = _tried_over(own)


def _tried_over(run: RunContext) -> Tried:
    """Ask about reference objects over the binding of a run; what HTTP tells beside the floor is not tried."""

    def ask(name: str) -> Told:
        if name != FLOOR and binding_row(run.binding).routes is not None:
            return {}
        own = replace(run.noting(standing=ALONE), pace=None)
        return REFERENCES[name](Case.of(own, f"reference_{name}", ()))

    return Tried(run, ask)
