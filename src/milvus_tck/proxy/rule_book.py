"""Rules at work: they are counted, and what they do is done to calls."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import grpc
from google.protobuf.message import Message

from milvus_tck.proxy.actions import Action, Answer, Drop, Refuse, Send, View, to_bytes
from milvus_tck.proxy.rules import Rule, RuleSet, RuleStage
from milvus_tck.proxy.unary_call import CallEnd, Passing, rpc_of

__all__ = ["ActiveRule", "DroppedError", "Forward", "RuleBook", "play"]

#: Sends a request to the server and waits for how it ended.
Forward = Callable[[bytes], Awaitable[CallEnd]]


class DroppedError(Exception):
    """A rule wants the client's connection broken."""


@dataclass
class ActiveRule:
    """A rule with its counts; it lives in the proxy's event loop."""

    rule: Rule
    seed: int
    #: Calls that it meant.
    matched: int = 0
    #: Calls that it did something to.
    applied: int = 0
    #: What it meant, and what it holds, by connection; all are one where they count together.
    _met: Counter[str] = field(default_factory=Counter)
    _taken: Counter[str] = field(default_factory=Counter)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.seed}:{self.rule.id}")  # noqa: S311 - repeatable, no secret

    def wants(self, view: View, call: Passing) -> bool:
        """Tell whether it acts on this call, and hold one of its `times` for it."""
        if not self.rule.where.means(view, call.metadata, call.sdk):
            return False
        self.matched += 1
        place = self._place(call)
        self._met[place] += 1
        if self._met[place] <= self.rule.skip or (
            self.rule.times is not None and self._taken[place] >= self.rule.times
        ):
            return False
        if self._chance.random() >= self.rule.probability:
            return False
        self._taken[place] += 1
        return True

    def _place(self, call: Passing) -> str:
        return call.peer if self.rule.each_connection else ""

    async def act(self, view: View) -> Action:
        """Wait as long as it says, and say what it does."""
        if self.rule.delay:
            await asyncio.sleep(self.rule.delay)
        return None if self.rule.act is None else self.rule.act(view)

    def settle(self, call: Passing, *, applied: bool) -> None:
        """Count what became of the call that it wanted; one that it left alone does not use up its `times`."""
        if applied:
            self.applied += 1
        else:
            self._taken[self._place(call)] -= 1


class RuleBook:
    """The rules that hold at the moment."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = tuple(ActiveRule(rule, rules.seed) for rule in rules.rules)
        self._by_path: dict[str, tuple[ActiveRule, ...]] = {}

    def of(self, path: str) -> tuple[ActiveRule, ...]:
        """Return the rules that may mean calls to a path; without rules this costs nothing."""
        if not self.rules:
            return ()
        found = self._by_path.get(path)
        if found is None:
            found = tuple(each for each in self.rules if each.rule.where.names(path, rpc_of(path)))
            self._by_path[path] = found
        return found


@dataclass
class Turn:
    """The rules that act on one call."""

    call: Passing
    rules: list[ActiveRule]
    _applied: set[str] = field(default_factory=set)

    async def ask(self, each: ActiveRule, view: View) -> Action:
        """Let one rule say what it does, and note whether that is anything."""
        action = await each.act(view)
        if (action is not None or each.rule.act is None) and each.rule.id not in self._applied:
            self._applied.add(each.rule.id)
            self.call.rules.append(each.rule.id)
        return action

    def settle(self) -> None:
        """Count, at the end of the call."""
        for each in self.rules:
            each.settle(self.call, applied=each.rule.id in self._applied)


async def play(call: Passing, rules: tuple[ActiveRule, ...], payload: bytes, forward: Forward) -> CallEnd:
    """Pass a request on under rules; raises `DroppedError` where one of them breaks the connection."""
    view = View(call.path, payload)
    turn = Turn(call, [each for each in rules if each.wants(view, call)])
    try:
        ended = await _before(turn, view, forward)
        return await _after(turn, view, ended)
    finally:
        turn.settle()


async def _before(turn: Turn, view: View, forward: Forward) -> CallEnd:
    """Let rules act on the request; one that ends the call keeps it from the server and from later rules."""
    requests = [view.payload]
    for each in turn.rules:
        if not each.rule.at(RuleStage.REQUEST):
            continue
        action = await turn.ask(each, View(view.path, requests[-1]))
        ended = _ending(action)
        if ended is not None:
            return ended
        if isinstance(action, Message | bytes):
            requests[-1:] = [to_bytes(action)]
        elif isinstance(action, Send):
            requests[-1:] = [to_bytes(request) for request in action.requests]
    for request in requests[:-1]:
        await forward(request)
    return await forward(requests[-1])


async def _after(turn: Turn, view: View, ended: CallEnd) -> CallEnd:
    """Let rules act on how the call ended; they see the client's own request, whatever was sent."""
    for each in turn.rules:
        if not each.rule.at(RuleStage.RESPONSE):
            continue
        action = await turn.ask(each, View(view.path, view.payload, ended))
        final = _ending(action)
        if final is not None:
            ended = CallEnd(final.code, final.details, ended.initial, ended.trailers, final.payload)
        elif isinstance(action, Message | bytes):
            ended = CallEnd(grpc.StatusCode.OK, ended.details, ended.initial, ended.trailers, to_bytes(action))
    return ended


def _ending(action: Action) -> CallEnd | None:
    """Return how an action ends the call; `None` where it goes on."""
    if isinstance(action, Drop):
        raise DroppedError
    if isinstance(action, Answer):
        return CallEnd(grpc.StatusCode.OK, payload=to_bytes(action.message))
    if isinstance(action, Refuse):
        return CallEnd(action.code, action.details)
    return None
