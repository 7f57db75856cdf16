"""Members come with their first connection and are missing without any; a sweep finds the rest."""

from hypothesis import given
from hypothesis import strategies as st

from domain.presence import Connection, Member, parted, returned, swept

ALICE = Member("alice", stay=4, since_ms=1_000)
MISSING = Member("alice", stay=4, since_ms=1_000, missing_since_ms=2_000)
CONNECTIONS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["alice", "bob"])).map(
    lambda users: {own_id: Connection(own_id, user) for own_id, user in users.items()}
)


def test_a_member_with_another_tab_stays() -> None:
    assert parted(ALICE, connections_left=1, now_ms=2_000) == ALICE


def test_a_member_without_a_connection_is_missing() -> None:
    assert parted(ALICE, connections_left=0, now_ms=2_000) == MISSING


def test_who_is_missing_is_so_since_the_first_moment() -> None:
    assert parted(MISSING, connections_left=0, now_ms=9_000) == MISSING


def test_who_returns_has_never_been_away() -> None:
    assert returned(MISSING) == returned(ALICE) == ALICE


@given(CONNECTIONS, CONNECTIONS)
def test_after_a_sweep_is_known_what_is_there(
    known: dict[str, Connection], there: dict[str, Connection]
) -> None:
    sweep = swept(known, there)

    ghosts = {ghost.id for ghost in sweep.ghosts}
    strangers = {stranger.id: stranger for stranger in sweep.strangers}
    kept = {own_id for own_id in known if own_id not in ghosts}
    assert kept | strangers.keys() == there.keys()
    assert not ghosts & there.keys()
    assert strangers.items() <= there.items()
