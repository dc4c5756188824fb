"""Server of the proxy: `with Proxy("127.0.0.1:19530", rules=...) as proxy: ... proxy.address`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import grpc.aio

from milvus_tck.bindings.event_loop import ListenError, run
from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.observer import Consumer, Observer
from milvus_tck.proxy.origin import Origin
from milvus_tck.proxy.recording import CallLog
from milvus_tck.proxy.relay import Relay
from milvus_tck.proxy.rule_book import RuleBook
from milvus_tck.proxy.rules import Rule, RuleSet
from milvus_tck.proxy.totals import Totals
from milvus_tck.proxy.unary_call import Passing
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.base import Declared
from milvus_tck.targets.identity import choose_profile, identify
from milvus_tck.targets.network import LOOPBACK

__all__ = ["KEPT", "ListenTls", "Proxy"]

#: Bytes of each direction of a call that are kept for whoever looks.
KEPT = 16 << 20
_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # A second proxy on the same port would take half of the calls.
    ("grpc.so_reuseport", 0),
)


@dataclass(frozen=True, slots=True)
class ListenTls:
    """What clients are shown, and asked for, as PEM."""

    certificate: bytes
    key: bytes
    #: Clients have to show a certificate of this authority; empty where none is asked for.
    client_authority: bytes = b""

    def credentials(self) -> grpc.ServerCredentials:
        """Return it as gRPC takes it."""
        asks = bool(self.client_authority)
        return grpc.ssl_server_credentials([(self.key, self.certificate)], self.client_authority or None, asks)


class Proxy:
    """Stands before a server from `start` to `stop`; every method may be called from any thread.

    Nothing is looked into unless it is asked for: `record` names a file, `on_call` is told
    of every call (in a thread of the proxy), `count` fills `tally`. `profile` is what
    answers are held against; `identify` finds it out.
    """

    def __init__(
        self,
        upstream: str,
        *,
        listen: str = f"{LOOPBACK}:0",
        rules: RuleSet | Sequence[Rule] = (),
        record: Path | None = None,
        on_call: Callable[[Seen], object] | None = None,
        count: bool = False,
        profile: Profile | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        #: What is spoken to clients once it is started; plain gRPC where there is none.
        self.tls: ListenTls | None = None
        self._rules = _rule_set(rules)
        self._listen = listen
        self._upstream = upstream
        self._credentials = credentials or Credentials()
        self.profile = profile
        self.tally = Totals()
        self._recording = None if record is None else CallLog(record)
        consumers: list[Consumer] = [self._recording.write] if self._recording else []
        consumers += [self.tally.write] if count or self._recording else []
        consumers += [on_call] if on_call else []
        self._observer = Observer(consumers, lambda: self.profile) if consumers else None
        self._relay: Relay | None = None
        self._server: grpc.aio.Server | None = None
        #: `host:port` where clients find it, once it was started.
        self.address = listen

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; raises `ListenError`. The server need not be there yet."""
        try:
            run(self._start())
        except BaseException:
            self._end_observer()
            raise
        if self._recording is not None:
            profile = self.profile.name if self.profile else None
            self._recording.header(address=self.address, upstream=self._upstream, profile=profile, rules=self._rules)

    async def _start(self) -> None:
        upstream = Origin(self._upstream, self._credentials)
        relay = Relay(upstream, RuleBook(self._rules), self._done, self._backlog, KEPT)
        server = grpc.aio.server(handlers=[relay], options=_OPTIONS)
        try:
            relay.port = (
                server.add_insecure_port(self._listen)
                if self.tls is None
                else server.add_secure_port(self._listen, self.tls.credentials())
            )
        except RuntimeError as error:
            await upstream.close()
            raise ListenError(str(error)) from error
        await server.start()
        self.address = f"{self._listen.rpartition(':')[0]}:{relay.port}"
        self._relay, self._server = relay, server

    def _done(self, call: Passing) -> None:
        if self._observer is not None:
            self._observer.add(call)

    def _backlog(self) -> int:
        return self._observer.backlog() if self._observer is not None else 0

    def stop(self) -> None:
        """End every call in flight, stop listening, and finish the recording; calling it again does nothing."""
        if self._server is None:
            return
        run(self._stop())
        self._server = None
        self._end_observer()
        if self._recording is not None:
            self._recording.footer(self.totals())

    async def _stop(self) -> None:
        assert self._server is not None  # noqa: S101 - the caller looked
        assert self._relay is not None  # noqa: S101 - the same
        await self._server.stop(None)
        await self._relay.upstream.close()

    def _end_observer(self) -> None:
        if self._observer is not None:
            self._observer.close()

    def flush(self) -> None:
        """Wait until every call that ended was recorded and told."""
        if self._observer is not None:
            self._observer.flush()

    @property
    def trouble(self) -> Exception | None:
        """What keeps the recording, or a listener, from going on."""
        return self._observer.trouble if self._observer else None

    # -- rules --------------------------------------------------------------------------

    @property
    def rules(self) -> RuleSet:
        """The rules that hold; setting them puts others in their place, with counts of zero."""
        return self._rules

    @rules.setter
    def rules(self, rules: RuleSet | Sequence[Rule]) -> None:
        self._rules = _rule_set(rules)
        if self._relay is not None:
            run(self._exchange_rules(RuleBook(self._rules)))

    async def _exchange_rules(self, book: RuleBook) -> None:
        assert self._relay is not None  # noqa: S101 - the caller looked
        self._relay.book = book

    def applied(self) -> dict[str, tuple[int, int]]:
        """For each rule that holds, how many calls it meant, and to how many it did something."""
        rules = self._relay.book.rules if self._relay else ()
        return {each.rule.id: (each.matched, each.applied) for each in rules}

    # -- the server behind --------------------------------------------------------------

    @property
    def upstream(self) -> str:
        """`host:port` of the server; setting it sends later calls elsewhere, and ends those in flight."""
        return self._upstream

    @upstream.setter
    def upstream(self, address: str) -> None:
        self._upstream = address
        if self._relay is not None:
            run(self._redirect(address))

    async def _redirect(self, address: str) -> None:
        assert self._relay is not None  # noqa: S101 - the caller looked
        before, self._relay.upstream = self._relay.upstream, Origin(address, self._credentials)
        await before.close()

    def identify(self, wanted: str = "auto", declared: Declared | None = None) -> str:
        """Find the profile of the server, with the reason in words.

        Raises `TargetError` where it cannot be reached and `UnknownProfileError` where it
        does not tell.
        """
        binding = GrpcBinding(self._upstream, self._credentials)
        try:
            self.profile, reason = choose_profile(wanted, identify(binding), declared or Declared())
        finally:
            binding.close()
        return reason

    def totals(self) -> dict[str, Any]:
        """What passed so far, as JSON."""
        rules = [{"id": name, "matched": matched, "applied": applied}
                 for name, (matched, applied) in self.applied().items()]  # fmt: skip
        return {"profile": self.profile.name if self.profile else None, **self.tally.as_dict(), "rules": rules}


def _rule_set(rules: RuleSet | Sequence[Rule]) -> RuleSet:
    return rules if isinstance(rules, RuleSet) else RuleSet(tuple(rules))
