"""Load on a Milvus endpoint under locust, with its web UI or without.

    locust -f loadtests/entry.py --host host:19530
    locust -f loadtests/entry.py --host host:19530 --scenario mixed --headless -u 4
    locust -f loadtests/entry.py --host host:19530 --processes 2

Start in the web UI plays the scenario once; users share its closed loops, and the rates of its open ones are
its own, however many users there are. Reports go to `--out`. For an endpoint that asks for a token set
MILVUS_TCK_TOKEN.
"""

from milvus_tck.load.locust import entry, users

__all__ = ["Player"]


class Player(users.ScenarioUser):
    """Plays the scenario."""


entry.install(Player)
