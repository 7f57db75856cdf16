"""Where a finalize goes: to whoever gave the intent out, for ever."""

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import TOKEN_CHARACTERS_MAX
from domain.rollout import Cohort
from edge.intent_pin import pinned_cohort
from edge.signing import MediaClaims, Signer
from tests.unit.conftest import Clock
from tests.unit.edge.test_signing import BAD_TOKENS, INTENT, SECRET, SIGNER, SOON_MS

OURS = SIGNER.signed(INTENT, SOON_MS)
HEADER, PAYLOAD, SIGNATURE = OURS.split(".")
MEDIA = SIGNER.signed(MediaClaims(key="a", method="GET"), SOON_MS)
ANYTHING = st.text(st.characters())


@pytest.mark.parametrize("elapsed_ms", [0, 60_000, 365 * 24 * 3_600_000])
def test_an_intent_of_ours_stays_ours_even_when_it_has_expired(
    clock: Clock, elapsed_ms: int
) -> None:
    clock.advance_ms(elapsed_ms)

    assert pinned_cohort(OURS, SIGNER) is Cohort.NATIVE


@pytest.mark.parametrize(
    "intent_id",
    [
        *BAD_TOKENS,
        "int_0123456789abcdef0123456789abcdef",
        MEDIA,
        f"{OURS}x",
        f" {OURS}",
        f"{HEADER}.{PAYLOAD}.",
        f"{HEADER}.{PAYLOAD}",
        f"{HEADER}.{PAYLOAD}.{MEDIA.split('.')[2]}",
        jwt.encode(INTENT.model_dump() | {"aud": "darkroom:intent"}, SECRET),
        jwt.encode({"aud": "darkroom:intent", "exp": SOON_MS // 1000}, SECRET),
        jwt.encode(INTENT.model_dump() | {"aud": "darkroom:intent", "exp": 1}, SECRET * 2, "HS512"),
        Signer("x" * 32).signed(INTENT, SOON_MS),
        "a" * (TOKEN_CHARACTERS_MAX + 1),
        SIGNER.signed(INTENT.model_copy(update={"name": "a" * TOKEN_CHARACTERS_MAX}), SOON_MS),
        "é.é.é",
        "\ud800",
        "..",
    ],
)
def test_all_else_is_the_origins(intent_id: str) -> None:
    assert pinned_cohort(intent_id, SIGNER) is Cohort.PROXY


@given(ANYTHING)
def test_any_text_at_all_has_a_cohort(intent_id: str) -> None:
    assert pinned_cohort(intent_id, SIGNER) is Cohort.PROXY


@given(ANYTHING)
def test_no_other_signature_makes_it_ours(signature: str) -> None:
    intent_id = f"{HEADER}.{PAYLOAD}.{signature}"

    assert (pinned_cohort(intent_id, SIGNER) is Cohort.NATIVE) == (signature == SIGNATURE)


@given(ANYTHING, st.sampled_from([".", "", "\n", "="]))
def test_no_other_header_or_payload_makes_it_ours(text: str, joint: str) -> None:
    assert pinned_cohort(f"{text}{joint}{PAYLOAD}.{SIGNATURE}", SIGNER) is Cohort.PROXY
    assert pinned_cohort(f"{HEADER}.{text}{joint}{SIGNATURE}", SIGNER) is Cohort.PROXY
