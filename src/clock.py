"""The platform's clock. Python's own runs ahead here, a millisecond a call, and falls back."""

from js import Date


def clock_ms() -> int:
    """Since the epoch."""
    return int(Date.now())
