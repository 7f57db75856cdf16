"""Secrets and signatures, as the library that receivers use takes them."""

import base64

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from domain.standard_webhooks import is_secret, key_of, secret_of, signed_headers
from tests.unit.conftest import Clock
from tests.unit.factories import NOW_MS

SECRET, OLD = secret_of(b"k" * 32), secret_of(b"o" * 32)
BODY = '{"type":"darkroom.file.changed","data":{"name":"Öl.jpg"}}'


def test_a_secret_is_its_key_behind_a_prefix() -> None:
    assert SECRET.removeprefix("whsec_") == base64.b64encode(b"k" * 32).decode()
    assert key_of(SECRET) == b"k" * 32


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "hunter2", SECRET.removeprefix("whsec_"), "whsec_!!", secret_of(b"k" * 23)],
)
def test_what_is_no_secret_is_told(text: str) -> None:
    assert not is_secret(text)


@pytest.mark.parametrize("secret", [SECRET, OLD], ids=["new", "old"])
def test_while_a_secret_is_replaced_either_verifies(clock: Clock, secret: str) -> None:  # noqa: ARG001
    headers = signed_headers([SECRET, OLD], "e1-7", NOW_MS, BODY)

    verified = Webhook(secret).verify(BODY, headers)

    assert verified["data"] == {"name": "Öl.jpg"}


@pytest.mark.usefixtures("clock")
def test_another_secret_body_or_id_does_not_verify() -> None:
    headers = signed_headers([SECRET], "e1-7", NOW_MS, BODY)

    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, {**headers, "webhook-id": "e1-8"})


def test_the_time_is_whole_seconds() -> None:
    headers = signed_headers([SECRET], "e1-7", NOW_MS + 999, BODY)

    assert headers["webhook-timestamp"] == str(NOW_MS // 1000)
