"""The base of every value that crosses a boundary between our own parts."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen; fields unknown to this version are passed over, since two versions are live at once.

    What comes from outside is an `edge.views.Body`, which refuses unknown fields instead.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class Stored(Value):
    """A value that is also kept in SQL. What a newer version stored in it is kept, not lost."""

    model_config = ConfigDict(frozen=True, extra="allow")
