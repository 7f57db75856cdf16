"""What we sign: believed as it is, and in no other form, for no other use, and not for ever."""

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from edge.signing import IntentClaims, MediaClaims, Signer
from tests.unit.conftest import Clock
from tests.unit.factories import NOW_MS

SECRET = "u" * 32
SIGNER = Signer(SECRET)
SOON_MS = NOW_MS + 60_000

INTENT = IntentClaims(
    file_id="file_1",
    order_id="summer-42",
    owner_id="alice",
    name="beach.jpg",
    object_key="user/alice/orders/summer-42/raw/beach.jpg",
    size_bytes=5,
    content_type="image/jpeg",
)
MEDIA = MediaClaims(key="user/alice/a.jpg", method="PUT", size_bytes=5, content_type="image/png")


def altered(token: str) -> str:
    """With another payload under the old signature."""
    header, _, signature = token.split(".")
    payload = SIGNER.signed(MEDIA.model_copy(update={"method": "GET"}), SOON_MS).split(".")[1]
    return f"{header}.{payload}.{signature}"


BAD_TOKENS = [
    "",
    "garbage",
    altered(SIGNER.signed(MEDIA, SOON_MS)),
    altered(SIGNER.signed(INTENT, SOON_MS)),
    Signer("x" * 32).signed(MEDIA, SOON_MS),
    Signer("x" * 32).signed(INTENT, SOON_MS),
    jwt.encode({"key": "a", "method": "GET", "exp": SOON_MS // 1000}, SECRET),
    jwt.encode({"key": "a", "method": "GET", "aud": "darkroom:media"}, SECRET),
    jwt.encode({"aud": ["darkroom:media", "darkroom:intent"], "exp": SOON_MS // 1000}, SECRET),
    jwt.encode(MEDIA.model_dump() | {"aud": "darkroom:session", "exp": SOON_MS // 1000}, SECRET),
]


@pytest.mark.usefixtures("clock")
def test_what_was_signed_is_read_back() -> None:
    assert SIGNER.intent(SIGNER.signed(INTENT, SOON_MS)) == INTENT
    assert SIGNER.media(SIGNER.signed(MEDIA, SOON_MS)) == MEDIA


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("token", [*BAD_TOKENS, SIGNER.signed(INTENT, SOON_MS)])
def test_a_url_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(Refusal) as refused:
        SIGNER.media(token)

    assert refused.value.code is Code.SIGNATURE_INVALID


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("token", [*BAD_TOKENS, SIGNER.signed(MEDIA, SOON_MS)])
def test_an_intent_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(Refusal) as refused:
        SIGNER.intent(token)

    assert refused.value.code is Code.INVALID_INTENT


def test_a_url_is_good_until_it_expires(clock: Clock) -> None:
    token = SIGNER.signed(MEDIA, SOON_MS)
    clock.advance_ms(59_000)
    assert SIGNER.media(token) == MEDIA
    clock.advance_ms(1_000)

    with pytest.raises(Refusal) as refused:
        SIGNER.media(token)

    assert refused.value.code is Code.URL_EXPIRED


def test_an_intent_is_good_until_it_expires(clock: Clock) -> None:
    token = SIGNER.signed(INTENT, SOON_MS)
    clock.advance_ms(60_000)

    with pytest.raises(Refusal) as refused:
        SIGNER.intent(token)

    assert refused.value.code is Code.INTENT_EXPIRED


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_key_is_one_path_whatever_is_in_it(key: str) -> None:
    url = SIGNER.media_url("https://a.example", MediaClaims(key=key, method="GET"), SOON_MS)

    path, _, query = url.partition("?")
    assert path.isascii()
    assert "#" not in url
    assert query.startswith("token=")


@pytest.mark.parametrize("elapsed_ms", [0, 60_000, 365 * 24 * 3_600_000])
def test_an_intent_is_known_as_ours_however_long_ago_it_expired(
    clock: Clock, elapsed_ms: int
) -> None:
    token = SIGNER.signed(INTENT, SOON_MS)

    clock.advance_ms(elapsed_ms)

    assert SIGNER.is_our_intent(token)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("token", [*BAD_TOKENS, SIGNER.signed(MEDIA, SOON_MS), "\ud800", "é.é.é"])
def test_all_else_is_known_as_no_intent_of_ours(token: str) -> None:
    assert not SIGNER.is_our_intent(token)
