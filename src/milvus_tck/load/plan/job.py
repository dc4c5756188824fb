"""Job: what one run is asked to do, as it travels from process to process."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from msgspec import structs

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.load.plan.abilities import unspoken
from milvus_tck.load.plan.default_objectives import check_names, with_asked
from milvus_tck.load.plan.objectives import parse_objectives
from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.plan.scenario_files import of_operations, read_scenario
from milvus_tck.load.plan.vector_kinds import of_vector
from milvus_tck.spec.bindings import GRPC, binding_row

__all__ = ["DEFAULT_SCENARIO", "LoadJob"]

DEFAULT_SCENARIO = "search"
#: Requests a second, and seconds, of operations that are named on the command line.
_RATE, _SECONDS = 100.0, 15.0


@dataclass(frozen=True, slots=True)
class LoadJob:
    """Everything that a process of a run needs to know."""

    address: str
    credentials: Credentials
    #: Name or file of a scenario; operations, where given, make one of their own.
    scenario: str = DEFAULT_SCENARIO
    operations: tuple[str, ...] = ()
    #: Requests a second; inf for a closed loop without a pace.
    rate: float | None = None
    users: int | None = None
    seconds: float | None = None
    workers: int = 1
    transport: str = "fast"
    #: How requests travel, and the URL where that is HTTP.
    binding: str = GRPC
    url: str = ""
    #: Whether a gateway of ours stands between: what it costs is part of what is measured.
    gateway: bool = False
    dataset: str | None = None
    #: What vectors are made of, in place of the scenario's.
    vector: str | None = None
    objectives: tuple[str, ...] = ()
    seed: int = 0
    #: Six letters that names carry.
    run: str = "000000"
    #: Folder for results.
    out: str = ""
    #: Folders of earlier runs to compare with.
    baseline: tuple[str, ...] = ()
    #: Name and version of the target.
    target: str = ""
    version: str = ""
    #: Process of a server that we started, and where its management service listens; 0 where there is none.
    server: int = 0
    management: int = 0
    #: Whether what is left behind goes with the target.
    throwaway: bool = False
    command: tuple[str, ...] = ()

    def plan(self) -> tuple[Scenario, str]:
        """Return the scenario with all that was asked for, and its hash; may raise `ScenarioError`, `ValueError`."""
        if self.operations:
            scenario, digest = of_operations(self.operations, _RATE, self.seconds or _SECONDS)
        else:
            scenario, digest = read_scenario(self.scenario)
        if self.dataset:
            scenario = replace(scenario, data=structs.replace(scenario.data, dataset=self.dataset, rows=0))  # all of it
        if self.vector:
            scenario = replace(scenario, data=of_vector(scenario.data, self.vector))
        if scenario.data.vector != "float32" and not binding_row(self.binding).same_rpcs:
            # Its rows are JSON of its own, in which load runs write vectors of float32 alone.
            message = f"{self.binding} has no words for vectors of {scenario.data.vector} here: grpc or http-api-v1"
            raise ValueError(message)
        if lost := unspoken(scenario, self.binding):
            raise ValueError(lost)
        objectives = with_asked(scenario.objectives, parse_objectives(self.objectives))
        scenario = replace(scenario, objectives=objectives)
        check_names(scenario)
        relative = [each.text for each in scenario.objectives if each.relative]
        if relative and not self.baseline:
            message = f"{relative[0]} compares with earlier runs: name their folders with --baseline"
            raise ValueError(message)
        return scenario.but(rate=self.rate, users=self.users, seconds=self.seconds), digest

    def to_json(self) -> str:
        """Write it, secrets included."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def of_json(cls, text: str) -> "LoadJob":
        """Read what `to_json` wrote."""
        raw: dict[str, Any] = json.loads(text)
        given = raw.pop("credentials")
        files = {name: Path(given[name]) if given[name] else None for name in ("ca", "certificate", "key")}
        metadata = tuple((key, value) for key, value in given["metadata"])
        for name in ("operations", "objectives", "command", "baseline"):
            raw[name] = tuple(raw[name])
        return cls(credentials=Credentials(metadata, given["tls"], http=given["http"], **files), **raw)
