"""A room through anything: whoever was there, it ends in the truth, and nobody missed a word."""

import json
from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actors.room_events import JOINED, LEFT
from tests.unit.actors.rooms import GRACE_MS, SWEEP_MS, RoomOnPaper

PEOPLE = st.sampled_from(["alice", "bob"])
TABS = st.none() | st.sampled_from(["t1", "t2"])


class Reader:
    """Somebody who reads now and then, and goes on from their cursor."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.read: list[dict[str, Any]] = []
        self.members: dict[str, int] = {}  # users and their stays

    def go_on(self, room: RoomOnPaper) -> None:
        opening = room.opening(self.cursor)
        hello = json.loads(opening.hello)
        events = [json.loads(event.text) for event in opening.events]
        if not opening.recovered:
            self.members = {one["user_id"]: one["stay"] for one in hello["members"]}
            events = hello["messages"]
        self.read += [event for event in events if event not in self.read]
        for event in opening.events:
            self._follow(json.loads(event.text))
        self.cursor = str(opening.reached)

    def _follow(self, event: dict[str, Any]) -> None:
        if event["type"] == JOINED:
            self.members[event["subject"]] = event["data"]["member"]["stay"]
        if event["type"] == LEFT:
            assert self.members.pop(event["subject"]) == event["data"]["member"]["stay"]


class RoomMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.room = RoomOnPaper()
        self.reader = Reader()
        self.untold: list[str] = []  # closes that the actor will hear of late
        self.published: list[tuple[str, str]] = []

    @rule(user_id=PEOPLE, tab=TABS)
    def come(self, user_id: str, tab: str | None) -> None:
        self.room.come(user_id, tab)

    @precondition(lambda self: self.room.sockets)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        self.room.go(data.draw(st.sampled_from(sorted(self.room.sockets))))

    @precondition(lambda self: self.room.sockets)
    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(sorted(self.room.sockets)))
        self.room.vanish(gone)
        self.untold.append(gone)

    @precondition(lambda self: self.untold)
    @rule()
    def hear_late(self) -> None:
        self.room.hear_of_close(self.untold.pop())

    @rule()
    def hibernate(self) -> None:
        """After which is known what there is, whatever was heard before, and of whom."""
        self.room.hibernate()
        assert self.counted() == self.there()

    @precondition(lambda self: self.room.sockets)
    @rule(data=st.data())
    def mishear(self, data: st.DataObject) -> None:
        """A close of a socket that is open."""
        self.room.hear_of_close(data.draw(st.sampled_from(sorted(self.room.sockets))))
        self.hibernate()

    @rule()
    def kill(self) -> None:
        self.room.kill()

    @rule(span_ms=st.sampled_from([GRACE_MS - 1, GRACE_MS, SWEEP_MS]))
    def wait(self, span_ms: int) -> None:
        self.room.pass_ms(span_ms)

    @rule(user_id=PEOPLE, number=st.integers(1, 5))
    def publish(self, user_id: str, number: int) -> None:
        receipt = self.room.publish(f"m{number}", by=user_id)
        assert receipt.is_repeat == ((user_id, f"m{number}") in self.published)
        if not receipt.is_repeat:
            self.published.append((user_id, f"m{number}"))
        self.room.now_ms += 100

    @rule()
    def read(self) -> None:
        self.reader.go_on(self.room)

    @invariant()
    def joins_and_leaves_alternate(self) -> None:
        for user_id in ("alice", "bob"):
            kinds = [kind for kind, who in self.room.comings() if who == user_id]
            assert kinds == [JOINED, LEFT] * (len(kinds) // 2) + [JOINED] * (len(kinds) % 2)

    @invariant()
    def whoever_is_connected_is_a_member(self) -> None:
        assert self.there().keys() <= self.room.present().keys()

    @invariant()
    def who_has_not_vanished_is_counted(self) -> None:
        assert self.untold or self.counted() == self.there()

    def there(self) -> Counter[str]:
        return Counter(one.user_id for one in self.room.sockets.values())

    def counted(self) -> Counter[str]:
        return Counter({user_id: n for user_id, n in self.room.present().items() if n})

    def teardown(self) -> None:
        """Time enough for everything, and a last look."""
        self.room.pass_ms(SWEEP_MS + GRACE_MS)
        self.reader.go_on(self.room)
        assert self.counted() == self.there() == Counter(self.room.present())
        assert self.reader.members.keys() == self.there().keys()
        said = [
            (event["subject"], event["data"]["id"])
            for event in self.reader.read
            if "id" in event["data"]
        ]
        assert said == self.published
        offsets = [moment.offset for moment in self.room.moments()]
        assert offsets == list(range(1, len(offsets) + 1))


RoomMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestRoom = RoomMachine.TestCase
