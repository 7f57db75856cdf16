"""The keys of Access: which are usable, how long they are believed, and how often asked for."""

import json

import pytest

from domain.errors import Outage
from domain.limits import (
    ACCESS_KEYS_BYTES_MAX,
    ACCESS_KEYS_MS_MAX,
    ACCESS_KEYS_PAUSE_MS,
    ACCESS_KEYS_RETRY_MS,
)
from edge.access_keys import AccessKeys, Jwk
from tests.fakes.memory_web import MemoryWeb
from tests.unit.edge.access import CERTS, TEAM
from tests.unit.factories import NOW_MS
from tests.unit.rsa_keys import RsaKey, an_rsa_key, base64url

pytestmark = pytest.mark.anyio


class Site:
    """Access as an isolate sees it."""

    def __init__(self, *keys: RsaKey) -> None:
        self.web = MemoryWeb()
        self._known = AccessKeys()
        self.publish(*keys)

    def publish(self, *keys: RsaKey) -> None:
        self.web.answer(CERTS, json.dumps({"keys": [key.jwk for key in keys]}))

    async def find(self, kid: str = "key-1", after_ms: int = 0) -> Jwk | None:
        return await self._known.find(kid, TEAM, self.web, NOW_MS + after_ms)

    @property
    def asked(self) -> int:
        return len(self.web.asked)


async def test_keys_are_asked_for_once_and_known_for_an_hour() -> None:
    site = Site(an_rsa_key())

    first = await site.find()
    later = await site.find(after_ms=ACCESS_KEYS_MS_MAX - 1)

    assert first == later == Jwk.model_validate(an_rsa_key().jwk)
    assert site.asked == 1


async def test_a_key_that_was_withdrawn_is_believed_for_an_hour_at_most() -> None:
    site = Site(an_rsa_key())
    await site.find()
    site.publish(an_rsa_key("key-2"))

    assert await site.find(after_ms=ACCESS_KEYS_MS_MAX) is None


async def test_a_new_key_is_found_at_once() -> None:
    site = Site(an_rsa_key())
    await site.find()
    site.publish(an_rsa_key(), an_rsa_key("key-2"))

    found = await site.find("key-2", after_ms=1)

    assert found is not None
    assert found.kid == "key-2"


async def test_keys_that_nobody_has_are_looked_for_once_a_minute_however_many_are_named() -> None:
    site = Site(an_rsa_key())
    await site.find()
    [await site.find(f"made-up-{number}", after_ms=number) for number in range(20)]
    in_the_first_minute = site.asked

    await site.find("made-up", after_ms=ACCESS_KEYS_PAUSE_MS)

    assert (in_the_first_minute, site.asked) == (2, 3)


async def test_after_a_look_that_failed_the_next_one_waits_a_little() -> None:
    site = Site(an_rsa_key())
    site.web.is_down = True
    with pytest.raises(Outage):
        await site.find()
    site.web.is_down = False

    with pytest.raises(Outage):
        await site.find(after_ms=ACCESS_KEYS_RETRY_MS - 1)
    found = await site.find(after_ms=ACCESS_KEYS_RETRY_MS)

    assert found is not None
    assert site.asked == 2


async def test_keys_that_have_grown_old_are_not_believed_because_access_is_silent() -> None:
    site = Site(an_rsa_key())
    await site.find()
    site.web.is_down = True

    with pytest.raises(Outage):
        await site.find(after_ms=ACCESS_KEYS_MS_MAX)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 200),
        ("[]", 200),
        ('{"keys": 1}', 200),
        ("<html>", 200),
        ('{"keys": []}', 500),
        ('{"keys": []}', 302),
        ('{"keys": ["' + "x" * ACCESS_KEYS_BYTES_MAX + '"]}', 200),
    ],
)
async def test_an_answer_that_is_no_set_of_keys_is_an_outage(text: str, status: int) -> None:
    site = Site()
    site.web.answer(CERTS, text, status)

    with pytest.raises(Outage):
        await site.find()


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"},
        {"use": "enc"},
        {"alg": "RS512"},
        {"n": None},
        {"n": "AQAB"},
        {"n": "not base64url: é"},
        {"n": base64url(b"\xff" * 1_025)},
        {"n": base64url(b"\x7f" + b"\xff" * 255)},
        {"e": None},
        {"e": ""},
        {"e": "AQABAQABAQAB"},
        {"kid": None},
    ],
)
async def test_a_key_that_is_not_for_us_is_passed_over_and_the_others_are_not(
    changes: dict[str, str | None],
) -> None:
    site = Site()
    odd = {name: v for name, v in (an_rsa_key().jwk | changes).items() if v is not None}
    site.web.answer(CERTS, json.dumps({"keys": [odd, an_rsa_key("key-2").jwk]}))

    assert await site.find() is None
    assert await site.find("key-2") is not None
