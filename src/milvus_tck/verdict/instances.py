"""The instances of a target that a session judges: the main one, and those beside it."""

import threading
from dataclasses import dataclass, field

from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.base import Target, TargetError
from milvus_tck.targets.resolve import resolve
from milvus_tck.targets.station import Station
from milvus_tck.verdict.ground import Ground
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.shared import Preparations

__all__ = ["Instances"]


@dataclass
class Instances:
    """Makes grounds for a run, and takes everything down in the end."""

    options: CheckOptions
    #: The main instance, which is up.
    target: Target
    station: Station
    _beside: list[Target] = field(default_factory=list)
    _stations: list[Station] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _hung_up: bool = False

    def main(self, run: Run, preparations: Preparations) -> Ground:
        """Return the ground of the main instance, on which something ran already."""
        return _ground(run, preparations, self.station, run.profile)

    def beside(self, run: Run) -> Ground:
        """Start another instance for the same run; a ground that is lost where that can not be."""
        target = resolve(self.options.target, self.options.credentials, urls=self.options.urls)
        self._keep(target)
        try:
            target.start()
        except TargetError as error:
            return self._none(run, error)
        try:
            station = self._take(target)
        except TargetError as error:
            return self._none(run, error)
        run = run.beside(station.exchanger(run.profile), station, station.others(run.profile))
        ground = _ground(run, Preparations(run), station, run.profile)
        ground.fresh = True
        return ground

    def _none(self, run: Run, error: TargetError) -> Ground:
        self.station.incidents.append(f"no second instance: {error}")
        run = run.beside(run.exchanger, self.station)
        return Ground(run, Preparations(run), recover=lambda: False, alive=lambda: False, lost=True)

    def _take(self, target: Target) -> Station:
        station = Station(target, self.options.timeout, self.station.incidents, self.options.bindings)
        with self._lock:
            self._stations.append(station)
            if self._hung_up:
                station.close()
        return station

    def _keep(self, target: Target) -> None:
        """Remember an instance before it starts: it may have to go before it is there."""
        with self._lock:
            self._beside.append(target)
            if self._hung_up:
                target.give_up()

    def hang_up(self) -> None:
        """Close every connection, and start nothing more: what waits for either ends now."""
        with self._lock:
            self._hung_up = True
            for target in self._beside:
                target.give_up()
            for station in (self.station, *self._stations):
                station.close()

    def close(self) -> None:
        """Take everything down."""
        self.hang_up()
        for target in self._beside:
            target.stop()
        self.target.stop()


def _ground(run: Run, preparations: Preparations, station: Station, profile: Profile) -> Ground:
    def recover() -> bool:
        if not station.recover():
            return False
        run.exchanger, run.others = station.exchanger(profile), station.others(profile)
        return True

    return Ground(run, preparations, recover=recover, alive=station.alive)
