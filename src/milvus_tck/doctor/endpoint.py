"""What stands between us and an endpoint, step by step: the first that fails is the reason why a run would."""

import contextlib
import ssl
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.doctor import port_probe as wire
from milvus_tck.doctor.finding import Finding, Health
from milvus_tck.doctor.port_probe import Spoken
from milvus_tck.targets.base import RunningEndpoint, TargetError
from milvus_tck.targets.identity import NO_MILVUS, UnknownProfileError, choose_profile, identify, is_no_milvus
from milvus_tck.wire import messages as m
from milvus_tck.wire.redaction import scrub

__all__ = ["endpoint_steps"]

_OUTSIDE = frozenset({"UNAUTHENTICATED", "PERMISSION_DENIED"})
#: `Status.code` of those who are not let in: of RBAC from 2.3 on.
_NOT_ALLOWED = range(1400, 1500)
#: X.509's own numbers of why a certificate is not taken.
_NOT_YET, _EXPIRED, _SELF_SIGNED, _OTHER_HOST = 9, 10, {18, 19}, {62, 64}
#: A hybrid timestamp counts milliseconds above these bits.
_LOGICAL_BITS = 18
_CLOCK_SECONDS, _SLOW_SECONDS, _LOOKS = 5.0, 0.2, 5


class _Ends(Exception):  # noqa: N818 - no error: the steps end here
    """A step failed, and so would all after it."""

    def __init__(self, name: str, text: str, then: str) -> None:
        super().__init__(text)
        self.finding = Finding(name, Health.FAIL, scrub(text), scrub(then))


def endpoint_steps(server: RunningEndpoint, wanted: str = "auto") -> Iterator[Finding]:
    """Look at one step after the other, and end with the first that fails; `wanted` is the profile to hold it to."""
    host, _, port = server.address.rpartition(":")
    look = _Look(server, host.strip("[]"), int(port))
    try:
        yield look.name()
        yield look.port()
        yield look.tls()
        yield look.http2()
        with contextlib.closing(GrpcBinding(server.address, server.credentials)) as binding:
            yield from _Asked(server, binding, look.command, wanted).steps()
    except _Ends as ends:
        yield ends.finding


@dataclass(frozen=True)
class _Look:
    """The steps below gRPC."""

    server: RunningEndpoint
    host: str
    number: int

    @property
    def command(self) -> str:
        """What looks again."""
        return f"milvus-tck doctor {self.server.name}"

    def name(self) -> Finding:
        """DNS."""
        try:
            found = wire.addresses(self.host, self.number)
        except OSError as error:
            text = f"{self.host} has no address: {error.strerror or error}"
            raise _Ends("DNS", text, f"getent hosts {self.host}   # is it spelt like that?") from error
        return Finding("DNS", Health.OK, f"{self.host} is {', '.join(found)}")

    def port(self) -> Finding:
        """TCP."""
        try:
            wire.reached(self.host, self.number)
        except ConnectionRefusedError as error:
            text = f"nobody listens on port {self.number} of {self.host}"
            raise _Ends("TCP", text, f"{self.command}   # once it runs, or with the port that it listens on") from error
        except OSError as error:
            text = f"{self.host}:{self.number} cannot be reached: {error.strerror or error}"
            raise _Ends("TCP", text, f"nc -vz {self.host} {self.number}   # a firewall, or another network?") from error
        return Finding("TCP", Health.OK, f"port {self.number} takes connections")

    def tls(self) -> Finding:
        """TLS, as far as it is asked for; where it is not, whether the port wants it."""
        if not self.server.credentials.tls:
            return self._plain()
        try:
            with wire.secured(self.host, self.number, self.server.credentials) as secure:
                version = secure.version()
        except ssl.SSLCertVerificationError as error:
            raise self._distrusted(error) from error
        except OSError as error:
            raise self._not_secured(error) from error
        # TLS 1.3 ends the handshake before the server looks at what we showed of ourselves.
        if self.server.credentials.certificate is None and self._heard().what is Spoken.CLOSED:
            raise self._stranger("it hangs up after it")
        return Finding("TLS", Health.OK, f"{version}, and its certificate is trusted")

    def _plain(self) -> Finding:
        heard = self._heard()
        with contextlib.suppress(TimeoutError):  # whoever says nothing speaks no TLS, and HTTP/2 neither: told there
            if heard.what is not Spoken.HTTP2 and wire.speaks_tls(self.host, self.number):
                raise _Ends("TLS", "the port wants TLS", f"{self.command} --tls")
        return Finding("TLS", Health.OK, "not asked for, and not needed")

    def _not_secured(self, error: OSError) -> _Ends:
        try:
            speaks = wire.speaks_tls(self.host, self.number)
        except TimeoutError:
            text = f"it takes the connection, and says nothing within {wire.SECONDS:.0f} s"
            return _Ends("TLS", text, "milvus-tck doctor HOST:PORT   # with the port of gRPC, 19530 by default")
        if not speaks:
            text = "the port speaks plaintext: leave out --tls (and https://)"
            return _Ends("TLS", text, f"milvus-tck doctor {self.server.address}")
        return self._stranger(_reason(error))

    def _stranger(self, said: str) -> _Ends:
        text = f"the server breaks off the handshake: {said}; perhaps it wants a certificate of ours"
        return _Ends("TLS", text, f"{self.command} --tls-cert FILE --tls-key FILE")

    def _distrusted(self, error: ssl.SSLCertVerificationError) -> _Ends:
        number, again = error.verify_code, f"{self.command} --tls-ca FILE"
        if number in _OTHER_HOST:
            names = ", ".join(wire.names_of(self.host, self.number, self.server.credentials)) or "nobody"
            text = f"the certificate is for another host: it names {names}, and not {self.host}"
            return _Ends("TLS", text, "milvus-tck doctor NAME:PORT   # with a name that it names")
        if number == _EXPIRED:
            return _Ends("TLS", "the certificate has expired", "date   # if the clock here is right, renew it there")
        if number == _NOT_YET:
            return _Ends("TLS", "the certificate is not valid yet", "date   # is the clock here right?")
        if number in _SELF_SIGNED:
            return _Ends("TLS", "the certificate is self-signed: give it, or who signed it, with --tls-ca", again)
        return _Ends("TLS", f"the certificate is not trusted here: {error.verify_message}", again)

    def _heard(self) -> wire.Heard:
        try:
            return wire.spoken(self.host, self.number, self.server.credentials)
        except ssl.SSLError as error:
            raise self._stranger(_reason(error)) from error
        except OSError as error:
            raise _Ends("HTTP/2", f"the connection is lost: {error.strerror or error}", self.command) from error

    def http2(self) -> Finding:
        """HTTP/2, below gRPC."""
        heard, then = self._heard(), "milvus-tck doctor HOST:PORT   # with the port of gRPC, 19530 by default"
        if heard.what is Spoken.HTTP2:
            return Finding("HTTP/2", Health.OK, "it answers in HTTP/2")
        text = {
            Spoken.HTTP1: f"this is HTTP/1: it answers {heard.text!r}",
            Spoken.OTHER: f"this is not HTTP/2: it says {heard.text!r}",
            Spoken.SILENCE: f"it takes the connection, and says nothing within {wire.SECONDS:g} s",
            Spoken.CLOSED: "it takes the connection and hangs up on HTTP/2",
        }[heard.what]
        raise _Ends("HTTP/2", text, then)


def _reason(error: OSError) -> str:
    return getattr(error, "reason", "") or error.strerror or str(error)


@dataclass(frozen=True)
class _Asked:
    """The steps above gRPC."""

    server: RunningEndpoint
    binding: GrpcBinding
    command: str
    #: The profile that was asked for, or `auto`.
    profile: str

    def steps(self) -> Iterator[Finding]:
        """Ask what a run asks first."""
        version = self._ask("GetVersion")
        yield self._grpc(version)
        connect = self._ask("Connect", m.ConnectRequest(client_info=m.ClientInfo(sdk_type="milvus-tck")))
        yield self._milvus(version, connect)
        yield self._authorization(version)
        yield self._versions()
        yield self._clock()
        yield self._latency()

    def _ask(self, rpc: str, request: m.ConnectRequest | None = None) -> Reply:
        payload = b"" if request is None else request.SerializeToString()
        return self.binding.send(rpc, payload, wire.SECONDS)

    def _grpc(self, reply: Reply) -> Finding:
        details = reply.details or reply.code
        if "http2 header" in details or "content-type" in details:
            then = "milvus-tck doctor HOST:PORT   # with the port of gRPC, past a proxy for HTTP alone"
            raise _Ends("gRPC", f"it speaks HTTP/2, and no gRPC: {details}", then)
        if reply.code == "DEADLINE_EXCEEDED":
            raise _Ends("gRPC", f"a call is not answered within {wire.SECONDS:g} s", self.command)
        if reply.code == "UNAVAILABLE":
            raise _Ends("gRPC", f"calls do not come through: {details}", self.command)
        return Finding("gRPC", Health.OK, "calls are answered")

    def _milvus(self, version: Reply, connect: Reply) -> Finding:
        if is_no_milvus(version, connect):
            raise _Ends(
                "Milvus",
                ": ".join(NO_MILVUS),
                "milvus-tck doctor HOST:PORT   # with the port of the Milvus, 19530 by default",
            )
        if version.code in _OUTSIDE:
            return Finding("Milvus", Health.OK, "it asks who we are before it says anything")
        answers = [name for name, each in (("GetVersion", version), ("Connect", connect)) if each.code == "OK"]
        if not answers:
            raise _Ends("Milvus", f"GetVersion fails: {version.details or version.code}", self.command)
        return Finding("Milvus", Health.OK, f"{' and '.join(answers)} {'are' if len(answers) > 1 else 'is'} answered")

    def _authorization(self, version: Reply) -> Finding:
        shown = self._ask("ShowCollections")
        code, reason = _status(shown)
        refused = next((each for each in (version, shown) if each.code in _OUTSIDE), None)
        if refused is None and code not in _NOT_ALLOWED:
            with_it = " with what was given" if self.server.credentials.metadata else ", and nothing has to be given"
            return Finding("authorization", Health.OK, f"it lets us in{with_it}")
        why = (refused.details or refused.code) if refused is not None else reason
        if any(key == "authorization" for key, _ in self.server.credentials.metadata):
            raise _Ends(
                "authorization", f"the token or password is refused: {why}", f"{self.command} --token USER:PASSWORD"
            )
        raise _Ends("authorization", f"a token or a password is needed: {why}", f"{self.command} --token USER:PASSWORD")

    def _versions(self) -> Finding:
        try:
            identity = identify(self.binding, wire.SECONDS)
            line, reason = choose_profile(self.profile, identity, self.server.declared)
        except TargetError as error:
            raise _Ends("versions", f"{error.what}: {error.why}", self.command) from error
        except UnknownProfileError as error:
            then = f"milvus-tck check {self.server.name} --profile LINE"
            return Finding("versions", Health.WARN, str(error), then)
        told = identity.version or identity.build or "no version"
        return Finding("versions", Health.OK, f"{told}: held to profile {line.name}, since {reason}")

    def _clock(self) -> Finding:
        before = time.time()
        reply = self._ask("AllocTimestamp")
        middle = (before + time.time()) / 2
        there = 0
        if reply.payload is not None:
            with contextlib.suppress(DecodeError):
                there = m.AllocTimestampResponse.FromString(reply.payload).timestamp >> _LOGICAL_BITS
        if not there:
            return Finding("clock", Health.OK, "it does not tell its time")
        apart = there / 1000 - middle
        if abs(apart) < _CLOCK_SECONDS:
            return Finding("clock", Health.OK, f"{abs(apart):.1f} s apart from ours")
        ahead = "ahead of" if apart > 0 else "behind"
        return Finding(
            "clock", Health.WARN, f"{abs(apart):.0f} s {ahead} ours: time travel and TTL will surprise", "date -u"
        )

    def _latency(self) -> Finding:
        took = []
        for _ in range(_LOOKS):
            before = time.perf_counter()
            self._ask("GetVersion")
            took.append(time.perf_counter() - before)
        middle = statistics.median(took)
        text = f"{middle * 1000:.1f} ms for a call (median of {_LOOKS}; {max(took) * 1000:.1f} ms at most)"
        if middle < _SLOW_SECONDS:
            return Finding("latency", Health.OK, text)
        return Finding("latency", Health.WARN, text, f"milvus-tck check {self.server.name} --timeout 120")


def _status(reply: Reply) -> tuple[int, str]:
    """Return code and reason of what ShowCollections answered."""
    if reply.payload is not None:
        with contextlib.suppress(DecodeError):
            status = m.ShowCollectionsResponse.FromString(reply.payload).status
            return status.code, status.reason
    return 0, ""
