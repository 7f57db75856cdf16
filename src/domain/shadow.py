"""What shadow mode has found: places where an answer of ours was not the origin's, and how often.

No values: they name people. Which request it was, its log lines tell.
"""

from collections.abc import Iterable

from domain.limits import SHADOW_FINDINGS_MAX, SHADOW_PLACES_MAX, SHADOW_POINTER_CHARACTERS_MAX
from domain.parity import Difference, DifferenceKind, place_of
from domain.values import Stored

Place = tuple[str, str, DifferenceKind]


class Finding(Stored):
    """One place of one route."""

    route: str
    pointer: str  # `*` for whichever element of a list
    kind: DifferenceKind
    count: int = 1  # of answers
    first_ms: int
    last_ms: int
    request_id: str  # of the newest one

    @property
    def place(self) -> Place:
        return self.route, self.pointer, self.kind


class Findings(Stored):
    """Those that are remembered, the newest first."""

    findings: tuple[Finding, ...] = ()


def found(
    route: str, differences: Iterable[Difference], request_id: str, at_ms: int
) -> tuple[Finding, ...]:
    """Each place of an answer once, whatever many files it has."""
    places = dict.fromkeys((_told(one.pointer), one.kind) for one in differences)
    return tuple(
        Finding(
            route=route,
            pointer=pointer,
            kind=kind,
            first_ms=at_ms,
            last_ms=at_ms,
            request_id=request_id,
        )
        for pointer, kind in list(places)[:SHADOW_PLACES_MAX]
    )


def merged(known: Iterable[Finding], news: Iterable[Finding]) -> tuple[Finding, ...]:
    """The newest places first. Of too many the oldest are forgotten."""
    together: dict[Place, Finding] = {one.place: one for one in known}
    for one in news:
        before = together.get(one.place)
        together[one.place] = one if before is None else _again(before, one)
    newest_first = sorted(together.values(), key=lambda one: -one.last_ms)
    return tuple(newest_first[:SHADOW_FINDINGS_MAX])


def _again(before: Finding, news: Finding) -> Finding:
    newest = news if news.last_ms >= before.last_ms else before
    return newest.model_copy(
        update={
            "count": before.count + news.count,
            "first_ms": min(before.first_ms, news.first_ms),
        }
    )


def _told(pointer: str) -> str:
    return place_of(pointer)[:SHADOW_POINTER_CHARACTERS_MAX]
