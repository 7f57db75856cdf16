"""Whose `X-Canary: 1` counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.settings import Settings
from edge.canary_header import is_asked_for_us
from tests.unit.darkroom import a_request
from tests.unit.factories import some_settings

TOKEN = "t" * 32
PRODUCTION = some_settings(canary_principals="alice, tess ,,", canary_token=TOKEN)
NOBODY = some_settings()
DEVELOPMENT = some_settings(environment="development")


def asked(
    settings: Settings, user_id: str | None = None, canary: str | None = "1", token: str = ""
) -> bool:
    headers = {"x-canary": canary, "x-canary-token": token}
    sent = {name: value for name, value in headers.items() if value is not None}
    return is_asked_for_us(a_request("GET", "/", sent), settings, user_id)


@pytest.mark.parametrize("user_id", ["bob", None])
def test_in_development_it_counts_for_everybody(user_id: str | None) -> None:
    assert asked(DEVELOPMENT, user_id)


@pytest.mark.parametrize("user_id", ["alice", "tess"])
def test_in_production_it_counts_for_testers(user_id: str) -> None:
    assert asked(PRODUCTION, user_id)


@pytest.mark.parametrize("user_id", ["bob", "Alice", "alice,", "alice, tess", "", " ", None])
def test_in_production_it_counts_for_nobody_else(user_id: str | None) -> None:
    assert not asked(PRODUCTION, user_id)


@pytest.mark.parametrize("user_id", ["bob", None])
def test_with_the_token_it_counts_for_anybody(user_id: str | None) -> None:
    assert asked(PRODUCTION, user_id, token=TOKEN)


@pytest.mark.parametrize("token", ["", "t", TOKEN.upper(), f"{TOKEN}t", f" {TOKEN}", "é", "\ud800"])
def test_another_token_does_not_count(token: str) -> None:
    assert not asked(PRODUCTION, token=token)


@pytest.mark.parametrize("user_id", ["", "alice", None])
def test_where_nothing_is_set_nothing_matches(user_id: str | None) -> None:
    assert not asked(NOBODY, user_id, token="")
    assert not is_asked_for_us(a_request("GET", "/", {"x-canary": "1"}), NOBODY, user_id)


@pytest.mark.parametrize(
    "canary", [None, "", "0", "true", "11", "1, 1", "1;q=1", "\uff11", "\u00b2"]
)
@pytest.mark.parametrize("settings", [DEVELOPMENT, PRODUCTION])
def test_only_1_asks_for_us(settings: Settings, canary: str | None) -> None:
    assert not asked(settings, "alice", canary, TOKEN)


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_at_all_is_compared(canary: str, token: str) -> None:
    assert not asked(PRODUCTION, "bob", canary, token)
