"""Client CPU of one unary RPC: our client, grpcio under gevent, and h2load, side by side on one server.

    python benchmarks/unary.py [TARGET] [--calls N] [--rounds N]

Each contender runs in a process of its own, with so many calls in flight. h2load comes with
Debian's nghttp2-client, ghz from its Go module; where they are not to be had the table says so. The
locust rows run one user class per transport under the task loop and statistics of locust; load_run.py
has what `milvus-tck load` makes of it.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from ghz import ghz
from side_by_side import UNDER_LOCUST, Target, cpu, interleaved, show, started

from milvus_tck.wire.descriptors import SERVICE

_PATH = f"/{SERVICE}/ShowCollections"
_WARM = 500
_DEADLINE = 30.0


def _drive(kind: str, mode: str, address: str, flying: int, calls: int) -> None:
    """Make the calls in this process, and print the CPU microseconds of each."""
    import gevent  # noqa: PLC0415 - the parent process needs no gevent

    from milvus_tck.load.transports.grpcio import cooperate  # noqa: PLC0415 - the same
    from milvus_tck.load.transports.registry import open_transport  # noqa: PLC0415 - the same

    if kind == "grpcio":
        cooperate()
    transport = open_transport(address, kind=kind)  # type: ignore[arg-type]
    left = 0

    def user() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            code, details, _ = transport.call(_PATH, b"", _DEADLINE)
            if code:
                raise RuntimeError(details)

    def run(count: int) -> None:
        nonlocal left
        left = count
        if mode == "submit":
            _submit(transport, flying, count)
        else:
            gevent.joinall([gevent.spawn(user) for _ in range(flying)], raise_error=True)

    run(_WARM)
    before = cpu()
    run(calls)
    print((cpu() - before) / calls * 1e6)


def _submit(transport: object, flying: int, calls: int) -> None:
    """Keep so many calls in flight without a greenlet for each, as an open loop does."""
    from gevent.event import Event  # noqa: PLC0415 - the parent process needs no gevent

    left, ended, over = calls - flying, 0, Event()

    def done(code: int, details: str, _body: bytes) -> None:
        nonlocal left, ended
        if code:
            raise RuntimeError(details)
        ended += 1
        if left > 0:
            left -= 1
            transport.submit(_PATH, b"", _DEADLINE, done)  # type: ignore[attr-defined]
        elif ended == calls:
            over.set()

    for _ in range(flying):
        transport.submit(_PATH, b"", _DEADLINE, done)  # type: ignore[attr-defined]
    over.wait()


_LOCUST = (
    """
import sys
import gevent
from locust import User, task, events
from locust.env import Environment
from milvus_tck.load.transports.registry import open_transport
from milvus_tck.load.transports.grpcio import cooperate
import resource, time

kind, address, users, calls, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
if kind == "grpcio":
    cooperate()
transport = open_transport(address, kind=kind)
transport.call(path, b"", 30.0)
made = 0

class Caller(User):
    @task
    def one(self):
        global made
        began = time.perf_counter()
        code, details, body = transport.call(path, b"", 30.0)
        assert code == 0, details
        took = (time.perf_counter() - began) * 1e3
        self.environment.events.request.fire(request_type="grpc", name="x", response_time=took,
                                             response_length=len(body), exception=None, context={})
        made += 1

environment = Environment(user_classes=[Caller])
"""
    + UNDER_LOCUST
)


def _process(*arguments: str) -> float:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout.split()[-1])


def _ours(kind: str, mode: str, address: str, flying: int, calls: int) -> float:
    return _process(__file__, "--drive", kind, mode, address, str(flying), str(calls))


def _locust(kind: str, address: str, flying: int, calls: int) -> float:
    return _process("-c", _LOCUST, kind, address, str(flying), str(calls), _PATH)


def _h2load(address: str, flying: int, calls: int) -> float | None:
    program = shutil.which("h2load")
    if program is None:
        return None
    with tempfile.NamedTemporaryFile() as body:
        Path(body.name).write_bytes(bytes(5))
        before = cpu(resource.RUSAGE_CHILDREN)
        command = [program, "-c1", f"-m{flying}", f"-n{calls}", "-d", body.name, "-H", "te: trailers",
                   "-H", "content-type: application/grpc", f"http://{address}{_PATH}"]  # fmt: skip
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return (cpu(resource.RUSAGE_CHILDREN) - before) / calls * 1e6


def main() -> None:
    """Run the contenders and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", default="lite@2.5.1")
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--drive", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.drive:
        kind, mode, address, flying, calls = given.drive
        _drive(kind, mode, address, int(flying), int(calls))
        return
    with started(given.target) as address:
        for flying in (16, 64):
            _table(address, flying, given.calls, given.rounds)


def _table(address: str, flying: int, calls: int, rounds: int) -> None:
    few = max(calls // 10, 1000)
    contenders = {
        "h2load": partial(_h2load, address, flying, calls),
        "ghz": partial(ghz, address, "ShowCollections", flying, few),
        "ours, a greenlet for each call": partial(_ours, "fast", "call", address, flying, calls),
        "ours, submitted": partial(_ours, "fast", "submit", address, flying, calls),
        "grpcio under gevent": partial(_ours, "grpcio", "call", address, flying, few),
        "ours under locust": partial(_locust, "fast", address, flying, calls),
        "grpcio under locust": partial(_locust, "grpcio", address, flying, few),
    }
    targets = [
        Target("ours, submitted", "h2load", 1.25),
        Target("ours, submitted", "ghz", 0.5),
        Target("ours, a greenlet for each call", "h2load", 2.0),
    ]
    medians = interleaved(contenders, rounds)
    show(f"{flying} in flight, {calls} calls, median of {rounds} rounds", "us CPU per call", medians, targets)


if __name__ == "__main__":
    main()
