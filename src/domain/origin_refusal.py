"""The origin's last word on what it was told of a file."""

from domain.values import Stored


class OriginRefusal(Stored):
    """The origin will not have the file as it is here, now or later."""

    status: int
    at_ms: int
