"""Ask servers the filters that are generated, and compare their rows with the model's.

    python -m tests.model.filters.judge_servers milvus@2.3.5 [--count 2000] [--seed 1]

Starts the server, inserts the rows of `sample_rows.py`, and writes every disagreement by its shortest
filter. A server that dies is started again. What is written is to be read by hand: an error of the model, or a
finding about the server (docs/decisions/filters.md).
"""

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from milvus_tck.fixtures.explore.filter_generator import FilterGenerator, GeneratedFilter
from milvus_tck.fixtures.explore.sample_rows import Sample, sample

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.model.filters.filter import compile_filter
from milvus_tck.model.filters.refusals import Fault, FilterError, OutOfReachError
from milvus_tck.model.filters.releases import filter_rules
from milvus_tck.model.filters.truth import TRUE
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import read_column
from milvus_tck.wire.descriptors import message_class, methods

_NAME = "filters"
_PATIENCE = 60.0
#: What each target is held to.
_PROFILES = {"milvus@2.2.16": "2.2", "milvus@2.3.5": "2.3", "lite@2.5.1": "2.5", "lite@3.2.2": "3.0"}
#: What an answer is: the keys of the rows, or a word.
_Answer = tuple[int, ...] | str


@contextmanager
def _served(target: str) -> Iterator[str]:
    """Start a target and return its address; it is stopped at the end."""
    command = [sys.executable, "-m", "milvus_tck.cli.main", "serve", target, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["address"]
        process.terminate()


@dataclass
class _Server:
    """A running server with the rows in it."""

    address: str
    rows: Sample
    binding: GrpcBinding = field(init=False)

    def __post_init__(self) -> None:
        self.binding = GrpcBinding(self.address)
        self.fill()

    def call(self, call: Call[Any]) -> Any:  # noqa: ANN401 - the answer of any RPC
        """Send a call; `None` where no answer came."""
        reply = self.binding.send(call.rpc, call.sent, _PATIENCE)
        answer = message_class(methods()[call.rpc].output_type.full_name)
        return None if reply.payload is None else answer.FromString(reply.payload)

    def fill(self) -> None:
        """Make the collection, and wait until every row is found."""
        self.call(calls.create_collection(_NAME, *self.rows.fields, dynamic=True))
        self.call(calls.insert(_NAME, self.rows.data, self.rows.rows))
        self.call(calls.create_index(_NAME, "vec", "FLAT", "L2", {}))
        self.call(calls.load_collection(_NAME))
        until = time.monotonic() + _PATIENCE
        while len(self.ask("id >= 0")) != self.rows.rows:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.address} has not the rows: {self.ask('id >= 0')}")
            time.sleep(0.2)

    def ask(self, text: str) -> _Answer:
        """Return the keys of the rows that a filter finds."""
        request = m.QueryRequest(
            collection_name=_NAME, expr=text, output_fields=["id"], consistency_level=m.ConsistencyLevel.Strong
        )
        answer = self.call(Call("Query", request))
        if answer is None:
            return "dies"
        if answer.status.error_code or answer.status.code:
            return "refused"
        return tuple(sorted(key for each in answer.fields_data if each.field_name == "id" for key in read_column(each)))


def _model(made: GeneratedFilter, rows: Sample, profile: str) -> _Answer | None:
    """Return what the model says; `None` where it has nothing to say.

    What a server finds out while it looks at rows, it does not find out where another part left no rows to look at.
    """
    try:
        found = compile_filter(made.text, rows.schema, profile).evaluate(rows.columns)
    except FilterError as error:
        return None if error.fault == Fault.EXECUTION and made.parts else "refused"
    except OutOfReachError:
        return None
    return tuple(int(row) for row in (found == TRUE).nonzero()[0])


@dataclass
class _Comparison:
    """What came of it."""

    target: str
    profile: str
    rows: Sample
    asked: int = 0
    agreed: int = 0
    refused: int = 0
    beyond: int = 0
    wrong: dict[str, tuple[_Answer, _Answer]] = field(default_factory=dict)

    def judge(self, made: GeneratedFilter, server: _Server) -> bool:
        """Ask a filter; of one that is judged wrongly, the parts. Tells whether the server is still there."""
        expected = _model(made, self.rows, self.profile)
        self.asked += 1
        if expected is None:
            self.beyond += 1
            return all(self.judge(part, server) for part in made.parts)
        answer = server.ask(made.text)
        if answer == expected:
            self.agreed += 1
            self.refused += answer == "refused"
            return True
        if answer == "dies":
            self.wrong[made.text] = answer, expected
            return False
        before = len(self.wrong)
        alive = all(self.judge(part, server) for part in made.parts)
        if len(self.wrong) == before and not any(part.text in self.wrong for part in made.parts):
            self.wrong[made.text] = answer, expected
        return alive

    def show(self) -> None:
        """Write the disagreements, those of one kind together."""
        say = sys.stdout.write
        say(f"{self.target} against {self.profile}: {self.asked} filters, {self.agreed} alike")
        say(f" ({self.refused} refused by both), {self.beyond} out of reach, {len(self.wrong)} disagreements\n")
        kinds = defaultdict(list)
        for text, (answer, expected) in sorted(self.wrong.items(), key=lambda each: len(each[0])):
            kinds[_kind(answer, expected)].append((text, answer, expected))
        for kind, found in sorted(kinds.items()):
            say(f"\n{kind}: {len(found)}\n")
            for text, answer, expected in found:
                say(f"  {text!r}  server {answer}  model {expected}\n")


def _kind(answer: _Answer, expected: _Answer) -> str:
    if answer == "dies":
        return "the server dies"
    if "refused" in {answer, expected}:
        return "the server refuses" if answer == "refused" else "the model refuses"
    return "other rows"


def main() -> None:
    """Compare one target with the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=_PROFILES)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong", type=float, default=0.08)
    given = parser.parse_args()
    profile = _PROFILES[given.target]
    rules, random = filter_rules(profile), Random(given.seed)  # noqa: S311 - a seed
    rows = sample(random, arrays=rules.arrays)
    generator = FilterGenerator(random, rows, rules, given.wrong)
    comparison, left = _Comparison(given.target, profile, rows), given.count
    while left:
        with _served(given.target) as address:
            server, alive = _Server(address, rows), True
            while left and alive:
                left, alive = left - 1, comparison.judge(generator.filter(), server)
    comparison.show()


if __name__ == "__main__":
    main()
