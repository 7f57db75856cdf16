"""Presence: joins and leaves that are true, no ghosts, and no noise about a line that broke."""

import pytest

from actors.room_events import JOINED, LEFT
from tests.unit.actors.rooms import GRACE_MS, SWEEP_MS, RoomOnPaper


def come_and_go(room: RoomOnPaper, times: int) -> None:
    for _ in range(times):
        room.go(room.come("alice"))


def hear_again_and_again(room: RoomOnPaper, connection_id: str, times: int) -> None:
    for _ in range(times):
        room.hear_of_close(connection_id)


def test_who_comes_has_joined() -> None:
    room = RoomOnPaper()

    room.come("alice")

    assert room.comings() == [(JOINED, "alice")]
    assert room.present() == {"alice": 1}


def test_an_event_tells_since_when_and_which_stay_it_is() -> None:
    room = RoomOnPaper()
    room.publish("m1")

    room.come("alice")

    member = {"user_id": "alice", "since": "2026-11-22T10:00:00.000Z", "stay": 2}
    assert room.told[-1]["data"] == {"member": member}


def test_another_tab_is_no_news() -> None:
    room = RoomOnPaper()

    first, _ = room.come("alice"), room.come("alice")
    with_both = room.present()
    room.go(first)
    room.pass_ms(10 * GRACE_MS)

    assert room.comings() == [(JOINED, "alice")]
    assert (with_both, room.present()) == ({"alice": 2}, {"alice": 1})


def test_who_has_no_connection_is_missing_and_then_has_left() -> None:
    room = RoomOnPaper()
    room.go(room.come("alice"))

    room.pass_ms(GRACE_MS - 1)
    missing = room.present()
    room.pass_ms(1)

    assert (missing, room.present()) == ({"alice": 0}, {})
    assert room.comings() == [(JOINED, "alice"), (LEFT, "alice")]


def test_who_is_back_in_time_has_never_left() -> None:
    room = RoomOnPaper()
    room.go(room.come("alice"))
    room.pass_ms(GRACE_MS - 1)

    room.come("alice")
    room.pass_ms(10 * GRACE_MS)

    assert room.comings() == [(JOINED, "alice")]


def test_who_goes_again_is_given_the_time_of_grace_anew() -> None:
    room = RoomOnPaper()
    room.go(room.come("alice"))
    room.pass_ms(GRACE_MS - 1)
    room.go(room.come("alice"))

    room.pass_ms(GRACE_MS - 1)

    assert room.comings() == [(JOINED, "alice")]
    room.pass_ms(1)
    assert room.comings()[-1] == (LEFT, "alice")


def test_who_comes_back_later_has_another_stay() -> None:
    room = RoomOnPaper()
    room.go(room.come("alice"))
    room.pass_ms(GRACE_MS)

    room.come("alice")

    stays = [event["data"]["member"]["stay"] for event in room.told]
    assert stays == [1, 1, 3]


def test_each_leaves_in_their_own_time() -> None:
    room = RoomOnPaper()
    alices, bobs = room.come("alice"), room.come("bob")
    room.go(alices)
    room.pass_ms(GRACE_MS // 2)
    room.go(bobs)

    room.pass_ms(GRACE_MS // 2)
    first = room.present()
    room.pass_ms(GRACE_MS // 2)

    assert (first, room.present()) == ({"bob": 0}, {})
    assert room.comings()[2:] == [(LEFT, "alice"), (LEFT, "bob")]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_close_is_heard_of_once_however_often_it_is_told(times: int) -> None:
    room = RoomOnPaper()
    first, _ = room.come("alice"), room.come("alice")
    room.vanish(first)

    hear_again_and_again(room, first, times)

    assert room.present() == {"alice": 1}


def test_a_close_that_is_told_late_says_nothing_of_the_newer_connection() -> None:
    room = RoomOnPaper()
    older = room.come("alice", tab="t1")
    room.vanish(older)

    room.come("alice", tab="t1")
    room.hear_of_close(older)
    room.pass_ms(10 * GRACE_MS)

    assert room.present() == {"alice": 1}
    assert room.comings() == [(JOINED, "alice")]


def test_the_same_tab_takes_the_place_of_its_older_connection() -> None:
    room = RoomOnPaper()
    older = room.come("alice", tab="t1")

    newer = room.come("alice", tab="t1")

    assert (room.present(), older in room.sockets, newer in room.sockets) == (
        {"alice": 1},
        False,
        True,
    )


def test_of_tabs_with_the_same_name_each_user_has_their_own() -> None:
    room = RoomOnPaper()

    room.come("alice", tab="t1")
    room.come("bob", tab="t1")
    room.come("alice", tab="t2")

    assert room.present() == {"alice": 2, "bob": 1}


# --- Sleep, crash, kill -------------------------------------------------------------------------


def test_after_sleep_all_are_still_there() -> None:
    room = RoomOnPaper()
    alices = room.come("alice")
    room.come("bob")

    room.hibernate()
    room.pass_ms(10 * GRACE_MS)
    present = room.present()
    room.hibernate()
    room.go(alices)
    room.pass_ms(GRACE_MS)

    assert present == {"alice": 1, "bob": 1}
    assert room.comings() == [(JOINED, "alice"), (JOINED, "bob"), (LEFT, "alice")]


def test_after_a_kill_nobody_stays_who_does_not_come_back() -> None:
    room = RoomOnPaper()
    room.come("alice")
    room.come("bob")

    room.kill()
    room.come("bob")
    room.pass_ms(GRACE_MS)

    assert room.present() == {"bob": 1}
    assert room.comings() == [(JOINED, "alice"), (JOINED, "bob"), (LEFT, "alice")]


def test_after_a_kill_nobody_need_come_for_the_ghosts_to_go() -> None:
    room = RoomOnPaper()
    room.come("alice")

    room.kill()
    room.pass_ms(GRACE_MS)

    assert room.comings() == [(JOINED, "alice"), (LEFT, "alice")]


def test_a_socket_that_vanishes_is_missed_before_long() -> None:
    room = RoomOnPaper()
    room.vanish(room.come("alice"))

    room.pass_ms(SWEEP_MS + GRACE_MS)

    assert room.comings() == [(JOINED, "alice"), (LEFT, "alice")]


def test_a_socket_that_nobody_knows_of_is_found() -> None:
    room = RoomOnPaper()
    room.hear_of_close(room.come("alice"))

    room.hibernate()
    room.pass_ms(10 * GRACE_MS)

    assert room.present() == {"alice": 1}
    assert room.comings() == [(JOINED, "alice")]


def test_an_empty_room_sleeps() -> None:
    room = RoomOnPaper()
    room.go(room.come("alice"))

    room.pass_ms(2 * SWEEP_MS)

    assert room.core.next_deadline_ms() is None


def test_a_room_that_nobody_leaves_wakes_for_its_sweep_alone() -> None:
    room = RoomOnPaper()
    room.come("alice")
    before = room.sql.rows_written

    room.pass_ms(3 * SWEEP_MS)

    assert room.sql.rows_written - before == 3


def test_to_come_and_go_ten_thousand_times_leaves_nothing_behind() -> None:
    room = RoomOnPaper()

    come_and_go(room, 10_000)
    room.pass_ms(GRACE_MS)

    assert (room.present(), room.sql.rows("SELECT * FROM connections")) == ({}, [])
    assert room.comings() == [(JOINED, "alice"), (LEFT, "alice")]
