"""What shadow mode has found is kept by place, with how often, and within bounds."""

from domain.limits import SHADOW_FINDINGS_MAX, SHADOW_PLACES_MAX, SHADOW_POINTER_CHARACTERS_MAX
from domain.parity import Difference, DifferenceKind
from domain.shadow import Finding, found, merged

ROUTE = "GET /api/things"


def a_difference(pointer: str) -> Difference:
    return Difference(pointer=pointer, kind=DifferenceKind.VALUE, origin="alice", candidate="bob")


def a_finding(pointer: str = "/body/a", at_ms: int = 1, request_id: str = "req-1") -> Finding:
    (finding,) = found(ROUTE, [a_difference(pointer)], request_id, at_ms)
    return finding


def test_of_many_elements_one_place_is_told_and_no_values() -> None:
    findings = found(ROUTE, map(a_difference, ["/body/0/a", "/body/7/a", "/body/b"]), "req-1", 5)

    assert [one.pointer for one in findings] == ["/body/*/a", "/body/b"]
    assert "alice" not in findings[0].model_dump_json()


def test_an_answer_tells_so_many_places_and_no_more() -> None:
    pointers = (f"/body/{'x' * 1_000}{number}" for number in "abcdefghijklmnopqrstuvwxyz")

    findings = found(ROUTE, map(a_difference, pointers), "req-1", 1)

    assert len(findings) <= SHADOW_PLACES_MAX
    assert {len(one.pointer) for one in findings} == {SHADOW_POINTER_CHARACTERS_MAX}


def test_the_same_place_is_counted_and_named_by_its_newest_request() -> None:
    (one,) = merged([a_finding(at_ms=5, request_id="late")], [a_finding(at_ms=3), a_finding()])

    assert (one.count, one.first_ms, one.last_ms, one.request_id) == (3, 1, 5, "late")


def test_of_too_many_places_the_oldest_are_forgotten() -> None:
    known = [a_finding(f"/body/a{number}", at_ms=number) for number in range(SHADOW_FINDINGS_MAX)]

    kept = merged(known, [a_finding("/body/news", at_ms=10_000)])

    assert len(kept) == SHADOW_FINDINGS_MAX
    assert (kept[0].pointer, kept[-1].pointer) == ("/body/news", "/body/a1")
