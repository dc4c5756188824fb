"""The good server: started once, for what is recorded of it and for the mutants that need one that runs."""

from types import TracebackType
from typing import Any, Self, cast

from milvus_tck.targets.base import Target
from milvus_tck.verdict.session.open_target import OpenTarget, open_target
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["GoodServer"]


class GoodServer:
    """Brings one server up when it is first wanted, and takes it down at the end.

    with GoodServer() as good:
        target = good.opened(setup)  # a run of its own, on the same server as the one before
    """

    def __init__(self) -> None:
        self._kept: _Kept | None = None

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it down."""
        if self._kept is not None:
            self._kept.end()

    def opened(self, setup: RunSetup) -> OpenTarget:
        """Open a run on the server; raises what `open_target` raises."""
        if self._kept is None or self._kept.gone():
            self._kept = _Kept(setup.target)
        setup.target = cast("Target", self._kept)
        return open_target(setup)


class _Kept:
    """A target that stays up when a run takes it down."""

    def __init__(self, inner: Target) -> None:
        self._inner = inner
        self._started = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is the target's own
        return getattr(self._inner, name)

    def start(self) -> None:
        """Bring it up, the first time."""
        if not self._started:
            self._inner.start()
            self._started = True

    def stop(self) -> None:
        """Leave it for the next run."""

    def end(self) -> None:
        """Take it down."""
        self._inner.stop()
