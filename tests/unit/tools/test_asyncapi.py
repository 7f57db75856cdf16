"""The message catalogue: whole, and true to what is sent."""

import json
import re
from typing import Any

from tests.unit.actors.cores import OrderOnPaper
from tests.unit.factories import a_locked_file, news
from tools.asyncapi import catalogue

CATALOGUE: dict[str, Any] = json.loads(catalogue())


def resolved(reference: str) -> object:
    """What a `$ref` of the document leads to."""
    found: Any = CATALOGUE
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def fields(name: str) -> set[str]:
    return set(CATALOGUE["components"]["schemas"][name]["properties"])


def test_every_reference_leads_somewhere() -> None:
    references = re.findall(r'"\$ref": "([^"]+)"', catalogue())

    assert references
    assert None not in map(resolved, references)


def test_what_is_sent_has_the_fields_of_the_catalogue_and_all_of_them() -> None:
    order = OrderOnPaper(news(1, a_locked_file()))
    event = json.loads(order.core.take_events()[0].text)
    hello = json.loads(order.core.opening("alice").hello)

    assert set(event) == fields("FileEvent")
    assert set(event["data"]["file"]["job"]) == fields("JobView")
    assert set(hello) == fields("Hello")
    assert set(CATALOGUE["components"]["schemas"]["Hello"]["required"]) == fields("Hello")
