"""How the events of an order or a room are looked up by who passes them on."""

from typing import Literal

from domain.values import Value


class ListEvents(Value):
    """The kept ones after that offset."""

    type: Literal["list_events"] = "list_events"
    after: int
    limit: int


class EventPage(Value):
    """Their texts, one offset after the other."""

    epoch: str
    first: int
    events: tuple[str, ...]
