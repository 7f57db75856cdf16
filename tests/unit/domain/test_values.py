"""Values: frozen, and patient with what another version knows."""

import pytest
from pydantic import ValidationError

from domain.values import Stored, Value


class Sent(Value):
    name: str


class Kept(Stored):
    name: str


@pytest.mark.parametrize("value", [Sent(name="a"), Kept(name="a")], ids=["sent", "kept"])
def test_a_value_never_changes(value: Sent | Kept) -> None:
    with pytest.raises(ValidationError):
        setattr(value, "name", "b")  # noqa: B010 -- mypy knows that it cannot be done


def test_a_message_of_a_newer_version_is_read_without_what_is_new() -> None:
    sent = Sent.model_validate_json('{"name": "a", "colour": "sepia"}')

    assert sent == Sent(name="a")
    assert sent.model_dump_json() == '{"name":"a"}'


def test_what_a_newer_version_stored_is_kept() -> None:
    text = '{"name":"a","colour":"sepia"}'

    assert Kept.model_validate_json(text).model_dump_json() == text
