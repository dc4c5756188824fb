"""How the proxy's calls, and their sum, are shown on a terminal."""

from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.subject import subject

__all__ = ["call_line", "print_summary", "size_text"]

_KILO = 1000
_CUTS = {
    "cancelled": "given up by the client",
    "deadline": "past the client's deadline",
    "dropped": "connection broken by a rule",
    "rule-error": "ended since a rule raised an error",
    "upstream-away": "the server was away",
}


def call_line(seen: Seen) -> str:
    """Write one call: when, what, how it ended, how long, how much each way, from whom, about what, what was odd."""
    call = seen.call
    moment = datetime.fromtimestamp(call.at, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    colour = "green" if seen.code == "OK" else "yellow"
    sizes = f"{size_text(call.sent.size)} > {size_text(call.given.size)}"
    odd = [f"[red]{escape(f'{each.clause} {each.signature}')}[/]" for each in seen.violations]
    odd += [f"[cyan]{escape(f'rule {each}')}[/]" for each in call.rules]
    odd += [f"[yellow]{call.cut}[/]"] if call.cut else []
    odd += ["[yellow]too large to be kept[/]"] if call.sent.too_large or call.given.too_large else []
    begin = f"{moment}  {escape(call.rpc):<24} [{colour}]{seen.code:<18}[/] {call.seconds * 1000:9.1f} ms  {sizes:<18}"
    who = " ".join(filter(None, (call.peer.partition(":")[2], call.sdk)))
    return "  ".join(filter(None, (begin, escape(who), escape(subject(seen.request)), *odd))).rstrip()


def size_text(size: int) -> str:
    """Write a number of bytes: `980 B`, `1.2 kB`, `64.0 MB`."""
    if size < _KILO:
        return f"{size} B"
    return f"{size / _KILO:.1f} kB" if size < _KILO**2 else f"{size / _KILO**2:.1f} MB"


def print_summary(console: Console, totals: dict[str, Any]) -> None:
    """Write what passed: calls by RPC with their codes, violations, and what became of each rule."""
    console.print(f"[bold]{totals['calls']} calls[/]")
    for rpc, row in totals["by_rpc"].items():
        codes = ", ".join(f"{code} {count}" for code, count in row["codes"].items())
        times = f"p50 {row['p50_ms']:.1f} ms, p99 {row['p99_ms']:.1f} ms"
        console.print(f"  {escape(rpc):<24} {row['calls']:>7}  {times}  {codes}")
    for cut, count in totals["cut"].items():
        console.print(f"  [yellow]{escape(_CUTS.get(cut, cut))}: {count} calls[/]")
    for each in totals["violations"]:
        text = f"{each['rpc']} breaks {each['clause']}, {each['signature']}: {each['calls']} times"
        console.print(f"  [red]{escape(text)}[/]")
    for rule in totals["rules"]:
        colour = "cyan" if rule["applied"] else "yellow"
        text = f"rule {rule['id']}: meant {rule['matched']} calls, applied to {rule['applied']}"
        console.print(f"  [{colour}]{escape(text)}[/]")
