"""What was compared: as a table for people, and as JSON for machines."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.table import Table

from domain.parity import Difference
from tools.parity.comparison import Compared

HOLLOW: Final = "was not served by the candidate itself, so the origin was compared with itself"


def as_json(all_of_it: Sequence[Compared]) -> dict[str, object]:
    return {
        "equal": all(one.is_well for one in all_of_it),
        "compared": len(all_of_it),
        "differed": sum(not one.is_well for one in all_of_it),
        "requests": [
            {
                "user": one.user,
                "route": one.ask.route,
                "what": one.ask.what,
                "status": one.status,
                "native": one.is_native,
                "hollow": one.is_hollow,
                "differences": _facts(one.parity.differences),
                "noise": _facts(one.parity.noise),
            }
            for one in all_of_it
        ],
    }


def tell(console: Console, all_of_it: Sequence[Compared]) -> None:
    console.print(_by_route(all_of_it))
    for title, style, found in (
        ("Differences", "red", list(_differences(all_of_it))),
        ("Noise: the origin differs from itself", "dim", list(_noise(all_of_it))),
    ):
        if found:
            console.print(_places(title, style, found))
    for one in all_of_it:
        if one.is_hollow:
            console.print(f"{one.user}: {one.ask.route}, {one.ask.what}, {HOLLOW}", style="red")
    bad = sum(not one.is_well for one in all_of_it)
    told = f"{len(all_of_it)} requests, each to both sides: "
    console.print(told + (f"{bad} differ." if bad else "no difference."), style="bold")


def _by_route(all_of_it: Sequence[Compared]) -> Table:
    table = Table("route", "requests", "statuses", "differ", "noise", title="Parity")
    by_route = sorted(all_of_it, key=lambda one: one.ask.route.split(" ")[::-1])
    for route, group in groupby(by_route, key=lambda one: one.ask.route):
        ones = list(group)
        bad = sum(not one.is_well for one in ones)
        table.add_row(
            route,
            str(len(ones)),
            " ".join(map(str, sorted({one.status for one in ones}))),
            str(bad) if bad else "",
            str(sum(bool(one.parity.noise) for one in ones) or ""),
            style="red" if bad else "",
        )
    return table


def _places(title: str, style: str, found: Iterable[tuple[Compared, Difference]]) -> Table:
    table = Table("request", title=title, style=style)
    for column in ("pointer", "kind", "origin", "candidate"):
        table.add_column(column, overflow="fold")
    for one, difference in found:
        table.add_row(
            f"{one.user}: {one.ask.route}, {one.ask.what}",
            difference.pointer,
            difference.kind,
            difference.origin or "",
            difference.candidate or "",
        )
    return table


def _differences(all_of_it: Iterable[Compared]) -> Iterator[tuple[Compared, Difference]]:
    return ((one, place) for one in all_of_it for place in one.parity.differences)


def _noise(all_of_it: Iterable[Compared]) -> Iterator[tuple[Compared, Difference]]:
    return ((one, place) for one in all_of_it for place in one.parity.noise)


def _facts(found: Iterable[Difference]) -> list[dict[str, object]]:
    return [one.model_dump(mode="json") for one in found]
