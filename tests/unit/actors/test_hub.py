"""The hub: one order, kept within bounds, gone on with from any cursor, never a silent gap."""

from dataclasses import replace

import pytest

from actors.hub import Hub, Resumption
from domain.cursor import Cursor
from storage import hub_repository
from storage.sql import migrate
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.actors.hubs import SMALL, HubOnPaper, words
from tests.unit.factories import NOW_MS


def at(offset: int) -> Cursor:
    return Cursor("e", offset)


# --- Publishing ---------------------------------------------------------------------------------


def test_each_event_is_one_after_the_one_before() -> None:
    log = HubOnPaper()

    events = log.say_all("one", "two")

    assert [event.cursor for event in events] == [at(1), at(2)]
    assert events[1].text == '{"cursor":"e-2","word":"two"}'
    assert log.hub.head() == at(2)


def test_what_was_published_is_taken_once() -> None:
    log = HubOnPaper()
    log.say_all("one", "two")

    assert words(*log.hub.take()) == ["one", "two"]
    assert log.hub.take() == []


def test_what_is_undone_was_never_published() -> None:
    log = HubOnPaper()
    log.hub.transaction(lambda: log.say("one"))

    with pytest.raises(InterruptedError):
        log.hub.transaction(lambda: log.say_and_fail("undone"))
    log.hub.transaction(lambda: log.say("two"))

    taken = log.hub.take()
    assert [(event.cursor.offset, *words(event)) for event in taken] == [(1, "one"), (2, "two")]


def test_an_event_costs_one_row() -> None:
    log = HubOnPaper()
    before = log.sql.rows_written

    log.say("one")

    assert log.sql.rows_written - before == 1


def test_the_log_goes_on_where_it_is_whoever_says_so_again() -> None:
    log = HubOnPaper()
    log.say("one")
    before = log.sql.rows_written

    log.hub.go_on_from(at(1))

    assert log.sql.rows_written == before
    assert words(*log.hub.since(at(0)).events) == ["one"]


@pytest.mark.parametrize("further", [at(5), Cursor("another", 1)])
def test_after_a_gap_the_log_goes_on_and_nothing_from_before_it_is_resumed(further: Cursor) -> None:
    log = HubOnPaper()
    log.say("one")

    log.hub.go_on_from(further)
    log.say("next")

    assert log.hub.head() == further.moved_to(further.offset + 1)
    assert not log.hub.since(at(0)).recovered
    assert words(*log.hub.since(further).events) == ["next"]


# --- Going on -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("offset", "owed"), [(0, ["a", "b", "c"]), (2, ["c"]), (3, [])])
def test_a_reader_goes_on_after_the_last_event_they_saw(offset: int, owed: list[str]) -> None:
    log = HubOnPaper()
    log.say_all("a", "b", "c")
    log.evict()

    resumption = log.hub.since(at(offset))

    assert (resumption.recovered, resumption.cursor) == (True, at(offset))
    assert (words(*resumption.events), resumption.reached) == (owed, at(3))


@pytest.mark.parametrize("cursor", [None, Cursor("other", 1), at(4), at(10**15 - 1)], ids=str)
def test_from_anywhere_else_they_start_anew(cursor: Cursor | None) -> None:
    log = HubOnPaper()
    log.say_all("a", "b", "c")

    assert log.hub.since(cursor) == Resumption(recovered=False, cursor=at(3))


def test_a_reader_may_go_on_a_few_events_at_a_time() -> None:
    log = HubOnPaper()
    log.say_all("a", "b", "c")

    first = log.hub.since(at(0), limit=2)
    rest = log.hub.since(first.reached, limit=2)

    assert (words(*first.events), words(*rest.events)) == (["a", "b"], ["c"])


def test_of_a_log_that_began_late_its_beginning_can_be_gone_on_from_and_no_earlier() -> None:
    log = HubOnPaper(begun_at=500)
    log.say("a")

    assert words(*log.hub.since(at(500)).events) == ["a"]
    assert not log.hub.since(at(499)).recovered


def test_where_nothing_ever_was_there_is_no_cursor() -> None:
    sql = SqliteSql()
    migrate(sql, hub_repository.MIGRATIONS)
    hub = Hub(sql)

    assert (hub.head(), hub.page(0, 10)) == (None, ())
    assert hub.since(at(0)) == Resumption(recovered=False, cursor=None)


# --- Coalescing ---------------------------------------------------------------------------------


def test_who_is_owed_much_gets_the_newest_of_each_key_and_every_event_without_one() -> None:
    log = HubOnPaper()
    log.say("first", "a")
    log.say("message")
    log.say_all("second", "third", key="a")
    log.say("other", "b")

    resumption = log.hub.since(at(0))

    assert words(*resumption.events) == ["message", "third", "other"]
    assert (resumption.is_coalesced, resumption.reached) == (True, at(5))


def test_who_is_owed_little_gets_all_of_it() -> None:
    log = HubOnPaper()
    log.say_all("first", "second", "third", "fourth", key="a")

    resumption = log.hub.since(at(0))

    assert words(*resumption.events) == ["first", "second", "third", "fourth"]
    assert not resumption.is_coalesced


def test_messages_are_all_told_however_many_are_owed() -> None:
    log = HubOnPaper()
    log.say_all(*"abcdef")

    resumption = log.hub.since(at(0))

    assert (words(*resumption.events), resumption.is_coalesced) == (list("abcdef"), False)


def test_who_replays_gets_every_event() -> None:
    log = HubOnPaper()
    log.say_all(*"abcdef", key="a")

    assert words(*log.hub.page(1, 3)) == ["b", "c", "d"]


# --- Bounds -------------------------------------------------------------------------------------


def test_so_many_events_are_kept() -> None:
    log = HubOnPaper()
    log.say_all(*"abcdefghijklmno")

    assert not log.hub.since(at(6)).recovered
    assert words(*log.hub.since(at(7)).events) == list("hijklmno")


def test_so_many_bytes_are_kept() -> None:
    log = HubOnPaper()
    log.say_all("a" * 900, "b" * 900, "c" * 900)

    assert [word[0] for word in words(*log.hub.page(0, 10))] == ["b", "c"]


def test_events_are_kept_for_so_long() -> None:
    log = HubOnPaper()
    log.say_all("a", "b")

    log.say("c", now_ms=NOW_MS + 60_001)

    assert words(*log.hub.page(0, 10)) == ["c"]


def test_the_newest_event_is_kept_however_large_it_is() -> None:
    log = HubOnPaper(replace(SMALL, trim_every=1))

    log.say("a" * 5_000)

    assert log.hub.head() == at(1)
    assert len(log.hub.since(at(0)).events) == 1
