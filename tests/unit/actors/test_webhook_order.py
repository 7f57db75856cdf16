"""Whatever happens between an order and a receiver: each event at least once, a file's in order.

Repeats, restarts, lost attempts, refusals, late answers, in any sequence.
"""

from collections.abc import Iterator
from itertools import groupby

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from actors.effects import Outgoing
from tests.unit.actors.webhooks import Webhooks, a_batch
from tests.unit.domain.webhooks import OTHER_ENDPOINT_ID, an_endpoint

FILES = [f"file_{number:032x}" for number in range(3)]
URLS = {"https://a.example.com/": "a", "https://b.example.com/": "b"}
FAILURES = [None, 302, 404, 410, 429, 500]


class Deliveries(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        first, second = URLS
        self.webhooks = Webhooks(
            an_endpoint(url=first), an_endpoint(id=OTHER_ENDPOINT_ID, url=second)
        )
        self.files: list[str] = []  # of each event, by its offset
        self.under_way: list[Outgoing] = []
        self.arrived: dict[str, list[int]] = {url: [] for url in URLS}

    # --- What happens ---------------------------------------------------------------------------

    @rule(
        files=st.lists(st.sampled_from(FILES), min_size=1, max_size=4), repeated=st.integers(0, 5)
    )
    def hear(self, files: list[str], repeated: int) -> None:
        """News, together with some that were told before."""
        after = max(len(self.files) - repeated, 0)
        self.files += files
        batch = a_batch(after, *self.files[after:], now_ms=self.webhooks.now_ms)
        assert self.webhooks.hear(batch) is None

    @rule()
    def hear_too_early(self) -> None:
        missing_after = self.webhooks.hear(a_batch(len(self.files) + 2, FILES[0]))
        assert missing_after == len(self.files)

    @rule()
    def send(self) -> None:
        for outgoing in self.webhooks.sent():
            self.check_turn(outgoing)
            self.under_way.append(outgoing)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        """It arrives, and its actor hears of it."""
        outgoing = self.taken(data)
        self.arrived[outgoing.url].append(offset_of(outgoing))
        self.webhooks.answer(outgoing)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), status=st.sampled_from(FAILURES))
    def fail(self, data: st.DataObject, status: int | None) -> None:
        self.webhooks.answer(self.taken(data), status)
        self.webhooks.mend()

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def arrive_untold(self, data: st.DataObject) -> None:
        """It arrives, and the actor breaks before it hears of it."""
        outgoing = self.taken(data)
        self.arrived[outgoing.url].append(offset_of(outgoing))

    @rule()
    def restart(self) -> None:
        self.webhooks.restart()

    @precondition(lambda self: self.webhooks.core.next_deadline_ms() is not None)
    @rule()
    def pass_time(self) -> None:
        self.webhooks.pass_time()

    # --- What always holds ----------------------------------------------------------------------

    def check_turn(self, outgoing: Outgoing) -> None:
        """All before it of its file have arrived there, or were given up."""
        offset = offset_of(outgoing)
        arrived = {*self.arrived[outgoing.url], *self.given_up(outgoing.url)}
        file_id = self.files[offset - 1]
        before = [n for n in range(1, offset) if self.files[n - 1] == file_id]
        assert set(before) <= arrived

    @invariant()
    def a_file_s_events_arrive_in_their_order(self) -> None:
        """Leaving out repeats, and what was given up while it was under way."""
        for url, arrived in self.arrived.items():
            given_up = set(self.given_up(url))
            seen = [offset for offset in dict.fromkeys(arrived) if offset not in given_up]
            by_file = sorted(seen, key=lambda offset: self.files[offset - 1])
            for _, offsets in groupby(by_file, key=lambda offset: self.files[offset - 1]):
                in_order = list(offsets)
                assert in_order == sorted(in_order)

    def teardown(self) -> None:
        """Once receivers are well, every event has arrived, or was given up where one can see."""
        for _ in range(50 + 10 * len(self.files)):
            self.finish_round()
        for url in URLS:
            known = {*self.arrived[url], *self.given_up(url)}
            assert known == set(range(1, len(self.files) + 1))

    def finish_round(self) -> None:
        for outgoing in self.webhooks.sent():
            self.arrived[outgoing.url].append(offset_of(outgoing))
            self.webhooks.answer(outgoing)
        if self.webhooks.core.next_deadline_ms() is not None:
            self.webhooks.pass_time()

    # --- Looking --------------------------------------------------------------------------------

    def taken(self, data: st.DataObject) -> Outgoing:
        return self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))

    def given_up(self, url: str) -> Iterator[int]:
        rows = self.webhooks.sql.rows(
            "SELECT webhook_id FROM deliveries JOIN endpoints USING (endpoint_id)"
            " WHERE status = 'dead' AND json_extract(endpoints.document, '$.url') = ?",
            url,
        )
        return (int(str(webhook_id).removeprefix("e1-")) for (webhook_id,) in rows)


def offset_of(outgoing: Outgoing) -> int:
    return int(outgoing.webhook_id.removeprefix("e1-"))


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
