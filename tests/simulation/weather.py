"""How much goes wrong in one schedule, and what does next. All of it is drawn from the seed.

Each seed switches most kinds of trouble off and some far up, so that one schedule is all crashes
and another all lost answers: trouble that is spread evenly hides itself.
"""

import random
from enum import StrEnum
from typing import Final, NamedTuple

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0


class Mishap(StrEnum):
    """What may become of one message, or one operation, on its way."""

    LOST = "lost"  # it never happens, and its caller hears so
    SILENT = "lost in silence"  # it never happens, and its caller hears nothing
    ANSWER_LOST = "answer lost"  # it happens, and its caller hears that something went wrong
    ANSWER_SILENT = "answer lost in silence"  # it happens, and its caller hears nothing
    SLOW = "slow"  # it happens late
    ANSWER_SLOW = "answer slow"
    TWICE = "twice"  # it happens, and later it happens again, which nobody is told
    CALLER_DIES = "caller dies"  # it happens, and its caller does not live to hear of it


class Trip(StrEnum):
    """Where something may be on its way to."""

    FILE = "file"
    ORDER = "order"
    INBOX = "inbox"
    OPERATIONS = "operations"
    BACKLOG = "backlog"
    QUEUE = "queue"
    BUCKET = "bucket"
    WEBHOOKS = "webhooks"
    RECEIVER = "receiver"


class Trouble(StrEnum):
    """What else may go wrong; each has a rate."""

    FUSE = "an actor crashes within a stretch"
    SQL = "SQL breaks off within a stretch"
    CRASH = "an actor crashes"
    ALARM_LATE = "an alarm rings late"
    ALARM_TWICE = "an alarm rings twice"
    QUEUE_LOSES = "the queue loses a message"
    QUEUE_TWICE = "the queue delivers twice"
    QUEUE_LATE = "the queue delivers late"
    EDIT_FAILS = "an edit fails"
    EDIT_SLOW = "an edit takes long"
    WORKER_STALLS = "a worker stands still"
    WORKER_DIES = "a worker dies"
    SLEEP = "an actor falls asleep"
    SOCKET_BREAKS = "a socket breaks"
    RECEIVER_FAILS = "a receiver fails"


RATES: Final = (0.0, 0.0, 0.03, 0.1, 0.25)
SLOW_S: Final = (0.2, 5.0, MINUTE_S, MINUTE_S)  # below, at and past the patience of a caller
STALLS: Final = (0.3, 1.0, 3.0)  # of a lease
QUEUE_DELAYS_S: Final = (1.0, 40.0, 10 * MINUTE_S, HOUR_S)


class Fate(NamedTuple):
    mishap: Mishap | None = None
    there_s: float = 0.0
    back_s: float = 0.0
    again_s: float = 0.0  # when it happens again, from the first time on


class Weather:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.is_fair = False
        self.lease_s = MINUTE_S  # of the product that is played
        self.down_until: dict[Trip, float] = {}
        self._trips = {trip: draw.choice(RATES) for trip in Trip}
        self._rates = {trouble: draw.choice(RATES) for trouble in Trouble}
        self._mishaps = draw.sample(list(Mishap), draw.randint(1, len(Mishap)))
        self._spread_s = draw.choice((0.0, 0.0, 0.01, 1.0, 6.0))

    def strikes(self, trouble: Trouble) -> bool:
        if self.is_fair:
            return False
        rate = self._rates[trouble]
        return rate > 0 and self.draw.random() < rate

    def fate(self, trip: Trip, now_s: float) -> Fate:
        if self.is_fair:
            return Fate()
        if self.down_until.get(trip, 0.0) > now_s:
            return Fate(self.draw.choice((Mishap.LOST, Mishap.SILENT)))
        random = self.draw.random
        there_s, back_s = self._lag(), self._lag()
        rate = self._trips[trip]
        if not rate or random() >= rate:
            return Fate(None, there_s, back_s)
        mishap = self.draw.choice(self._mishaps)
        if mishap is Mishap.SLOW:
            there_s = random() * self.draw.choice(SLOW_S)
        elif mishap is Mishap.ANSWER_SLOW:
            back_s = random() * self.draw.choice(SLOW_S)
        again_s = random() * self.draw.choice(SLOW_S) if mishap is Mishap.TWICE else 0.0
        return Fate(mishap, there_s, back_s, again_s)

    def _lag(self) -> float:
        """None at all lets the order be drawn step by step."""
        return self._spread_s * self.draw.random() if self._spread_s else 0.0

    def stall_s(self) -> float:
        """Shorter than a lease, or longer than several."""
        return self.lease_s * self.draw.choice(STALLS) * (0.5 + self.draw.random())

    def queue_delay_s(self) -> float:
        if self.strikes(Trouble.QUEUE_LATE):
            return self.draw.random() * self.draw.choice(QUEUE_DELAYS_S)
        return self._lag()

    def clear(self) -> None:
        """From now on everything works."""
        self.is_fair = True
        self.down_until.clear()
