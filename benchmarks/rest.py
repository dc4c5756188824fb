"""Client CPU of one REST request: our client, locust's FastHttpUser, and h2load over HTTP/1.1, on one server.

    python benchmarks/rest.py [TARGET] [--calls N] [--rounds N]

The request is the cheapest that Milvus has, GET /api/v1/health on its management port. Each contender
runs in a process of its own, with sixteen users or connections. h2load comes with Debian's nghttp2-client;
where it is not installed the table says so.
"""

import argparse
import resource
import shutil
import subprocess
import sys
from functools import partial

from side_by_side import UNDER_LOCUST, Target, cpu, interleaved, show

from milvus_tck.targets.resolver import resolve

_USERS = 16
_PATH = "/api/v1/health"
_LOCUST = (
    """
import sys
from locust import FastHttpUser, task
from locust.env import Environment
from milvus_tck.load.locust.users import MilvusHttpUser

kind, url, users, calls, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
made = 0

class Ours(MilvusHttpUser):
    def on_start(self):
        self.request = self.client.prepare("GET", path)
    @task
    def one(self):
        global made
        assert self.client.send(self.request, name="health")
        made += 1

class Fast(FastHttpUser):
    @task
    def one(self):
        global made
        assert self.client.get(path).status_code == 200
        made += 1

environment = Environment(user_classes=[Ours if kind == "ours" else Fast], host=url)
"""
    + UNDER_LOCUST
)


def _locust(kind: str, url: str, calls: int) -> float:
    command = [sys.executable, "-c", _LOCUST, kind, url, str(_USERS), str(calls), _PATH]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout.split()[-1])


def _drive(url: str, calls: int) -> None:
    """Make the calls in this process, without locust, and print the CPU microseconds of each."""
    import gevent  # noqa: PLC0415 - the parent process needs no gevent

    from milvus_tck.load.codecs.http import Wrapping  # noqa: PLC0415 - the same
    from milvus_tck.load.transports.registry import open_http  # noqa: PLC0415 - the same

    transport, request = open_http(url), Wrapping(url).wrap("GET", _PATH, None)
    left = 0

    def user() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            code, details, _ = transport.call("", request, 30.0)
            if code:
                raise RuntimeError(details)

    for count in (500, calls):
        left = count
        before = cpu()
        gevent.joinall([gevent.spawn(user) for _ in range(_USERS)], raise_error=True)
    print((cpu() - before) / calls * 1e6)


def _ours(url: str, calls: int) -> float:
    command = [sys.executable, __file__, "--drive", url, "--calls", str(calls)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def _h2load(url: str, calls: int) -> float | None:
    program = shutil.which("h2load")
    if program is None:
        return None
    before = cpu(resource.RUSAGE_CHILDREN)
    command = [program, "--h1", f"-c{_USERS}", "-m1", f"-n{calls}", url + _PATH]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (cpu(resource.RUSAGE_CHILDREN) - before) / calls * 1e6


def main() -> None:
    """Run the contenders and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", default="milvus@2.3.5")
    parser.add_argument("--calls", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--drive", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.drive:
        _drive(given.drive, given.calls)
        return
    target = resolve(given.target)
    target.start()
    try:
        _table(target.url("management"), given.calls, given.rounds)
    finally:
        target.stop()


def _table(url: str, calls: int, rounds: int) -> None:
    contenders = {
        "h2load --h1": partial(_h2load, url, calls),
        "ours, a greenlet for each call": partial(_ours, url, calls),
        "ours under locust": partial(_locust, "ours", url, calls),
        "FastHttpUser of locust": partial(_locust, "fast", url, max(calls // 10, 1000)),
    }
    targets = [
        Target("ours, a greenlet for each call", "h2load --h1", 2.5),
        Target("ours, a greenlet for each call", "FastHttpUser of locust", 1 / 10),
    ]
    show(f"{_USERS} users, {calls} requests", "us CPU per request", interleaved(contenders, rounds), targets)


if __name__ == "__main__":
    main()
