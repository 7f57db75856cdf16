"""A request keeps its trace; what is not well formed is never repeated."""

import pytest

from edge.trace import CONTEXT, trace_of

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


def test_a_trace_goes_on_under_a_span_of_our_own() -> None:
    trace = trace_of(None, PARENT)

    assert trace.parent.startswith(f"00-{TRACE_ID}-")
    assert trace.parent.endswith("-01")
    assert trace.parent != PARENT


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        PARENT.upper(),
        PARENT.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"{PARENT}\r\nx: y",
        f"{PARENT}-more",
        "a" * 10_000,
    ],
)
def test_without_a_trace_that_can_be_read_one_begins(parent: str | None) -> None:
    trace = trace_of(None, parent)

    assert CONTEXT.fullmatch(trace.parent)
    assert TRACE_ID not in trace.parent


def test_the_platforms_id_of_a_request_is_ours() -> None:
    assert trace_of("8f0a1b2c3d4e5f60-FRA", None).request_id == "8f0a1b2c3d4e5f60-FRA"


@pytest.mark.parametrize("ray", [None, "", "x", "8f0a1b2c3d4e5f60-fra", "a" * 100, "8f0a\n"])
def test_without_one_that_can_be_read_we_give_it_one(ray: str | None) -> None:
    trace = trace_of(ray, None)

    assert len(trace.request_id) == 32
    assert trace.ray_id is None
