"""The instances of a target that a session judges: the main one, and those beside it."""

import threading
from dataclasses import dataclass, field

from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.base import Revivable, Target, TargetError
from milvus_tck.targets.monitor import TargetMonitor
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.case.preparations import Preparations
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["InstancePool"]


@dataclass
class InstancePool:
    """Makes grounds for a run, and takes everything down in the end."""

    options: CheckOptions
    #: The main instance, which is up.
    target: Target
    monitor: TargetMonitor
    _beside: list[Target] = field(default_factory=list)
    _monitors: list[TargetMonitor] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _hung_up: bool = False

    def main(self, run: RunContext, preparations: Preparations) -> TargetInstance:
        """Return the main instance, on which something ran already."""
        return _instance(run, preparations, self.monitor, run.profile)

    def beside(self, run: RunContext, *, to_be_killed: bool = False) -> TargetInstance:
        """Start another instance for the same run; one that is lost where that cannot be."""
        target = resolve(self.options.word, self.options.credentials, urls=self.options.urls)
        if to_be_killed and isinstance(target, Revivable):
            target.expect_revival()
        self._keep(target)
        try:
            target.start()
        except TargetError as error:
            return self._none(run, error)
        try:
            monitor = self._take(target)
        except TargetError as error:
            return self._none(run, error)
        run = run.on_instance(monitor.exchangers(run.profile), monitor)
        instance = _instance(run, Preparations(run), monitor, run.profile)
        instance.fresh = True
        return instance

    def _none(self, run: RunContext, error: TargetError) -> TargetInstance:
        self.monitor.incidents.append(f"no second instance: {error}")
        run = run.on_instance(run.exchangers, self.monitor)
        return TargetInstance(run, Preparations(run), recover=lambda: False, alive=lambda: False, lost=True)

    def _take(self, target: Target) -> TargetMonitor:
        monitor = TargetMonitor(target, self.options.timeout, self.monitor.incidents, self.options.bindings)
        with self._lock:
            self._monitors.append(monitor)
            if self._hung_up:
                monitor.close()
        return monitor

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
            for monitor in (self.monitor, *self._monitors):
                monitor.close()

    def close(self) -> None:
        """Take everything down."""
        self.hang_up()
        for target in self._beside:
            target.stop()
        self.target.stop()


def _instance(run: RunContext, preparations: Preparations, monitor: TargetMonitor, profile: Profile) -> TargetInstance:
    def recover() -> bool:
        if not monitor.recover():
            return False
        run.exchangers = monitor.exchangers(profile)
        return True

    return TargetInstance(run, preparations, recover=recover, alive=monitor.alive)
