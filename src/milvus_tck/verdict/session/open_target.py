"""An open target: it is up, it is known who it is, and a run against it has its names and its ledger."""

import secrets
from dataclasses import dataclass

from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.base import Target
from milvus_tck.targets.capabilities import Probes, probe
from milvus_tck.targets.identity import Identity, choose_profile, identify
from milvus_tck.targets.monitor import TargetMonitor, need_gateway
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.scheduling.instance_pool import InstancePool
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["OpenTarget", "open_target"]

_RUN_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass
class OpenTarget:
    """A target that is up, with everything that a run against it stands on."""

    setup: RunSetup
    monitor: TargetMonitor
    instances: InstancePool
    identity: Identity
    profile: Profile
    #: Why it is that profile.
    reason: str
    probes: Probes
    run: RunContext
    _ended: bool = False

    @property
    def options(self) -> CheckOptions:
        """What was asked for."""
        return self.setup.options

    @property
    def target(self) -> Target:
        """The target itself."""
        return self.setup.target

    def abort(self) -> None:
        """Let everything in flight end now: Ctrl-C."""
        if self.run.ending.is_set():
            return
        self.run.ending.set()
        self.monitor.incidents.append("the run was interrupted")
        self.instances.hang_up()

    def stop(self) -> None:
        """Take the target down, whatever happened before; once is enough."""
        if not self._ended:
            self._ended = True
            self.instances.close()
            self.run.ledger.close(clean=self.target.throwaway or not self.run.ledger.things)


def open_target(setup: RunSetup) -> OpenTarget:
    """Bring the target up, find out who it is and what it is held to.

    Raises `TargetError` where it cannot be had, `UnknownProfileError` where nothing
    tells its profile, `MissingExtraError` where a part of ours that it takes is not installed,
    `BaselineError` where the baseline is for another profile; the target is down then.
    """
    need_gateway(setup.target, setup.options.bindings)
    setup.target.start()
    try:
        return _identified(setup)
    except BaseException:
        setup.target.stop()
        raise


def _identified(setup: RunSetup) -> OpenTarget:
    target, options = setup.target, setup.options
    monitor = TargetMonitor(target, options.timeout, bindings=options.bindings)
    identity = identify(monitor.binding, options.timeout)
    profile, reason = choose_profile(options.profile, identity, target.declared)
    if setup.baseline is not None:
        setup.baseline.held_to(profile.name)
    name = "".join(secrets.choice(_RUN_LETTERS) for _ in range(6))
    probes = probe(monitor.binding, f"tck_{name}_probe", options.timeout)
    run = RunContext(
        name,
        profile,
        monitor.exchangers(profile),
        monitor,
        Ledger(name, target.address),
        setup.seed,
        strict=options.strict,
        explore=options.explore or 0.0,
    )
    return OpenTarget(setup, monitor, InstancePool(options, target, monitor), identity, profile, reason, probes, run)
