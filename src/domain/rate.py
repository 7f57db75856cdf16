"""How often something may happen: a burst at once, then at a steady pace.

What is known as a token bucket, in the form of the generic cell rate algorithm (ITU-T I.371): of
each allowance one number is kept, the moment at which it will be whole again. One that is whole
need not be kept at all; so an actor may hold them in memory: before it is put to sleep there is a
silence in which they become whole.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

ALLOWED: Final = 0


@dataclass(frozen=True, slots=True)
class Rate:
    interval_ms: int  # one more each
    burst: int  # at once, after a silence

    @property
    def whole_after_ms(self) -> int:
        """However much of an allowance was used, it is whole after such a silence."""
        return self.interval_ms * self.burst

    def wait_ms(self, whole_at_ms: int, now_ms: int, cost: int = 1) -> int:
        """Until one that counts for so many is allowed; 0: now."""
        left_ms = self.whole_after_ms - self.interval_ms * min(cost, self.burst)
        return max(ALLOWED, whole_at_ms - left_ms - now_ms)

    def taken(self, whole_at_ms: int, now_ms: int, cost: int = 1) -> int:
        """When the allowance will be whole, with so much taken of it now."""
        return max(whole_at_ms, now_ms) + self.interval_ms * cost


class Allowances:
    """One for each key. Beyond `keys_max`, those that are whole are forgotten."""

    def __init__(self, rate: Rate, keys_max: int) -> None:
        self._rate = rate
        self._keys_max = keys_max
        self._whole_at_ms: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._whole_at_ms)

    def wait_ms(self, key: Hashable, now_ms: int, cost: int = 1) -> int:
        """Until one that counts for so many is allowed; 0: now."""
        return self._rate.wait_ms(self._whole_at_ms.get(key, now_ms), now_ms, cost)

    def take(self, key: Hashable, now_ms: int, cost: int = 1) -> int:
        """As `wait_ms`; and if one is allowed, this is it."""
        wait_ms = self.wait_ms(key, now_ms, cost)
        if wait_ms == ALLOWED:
            whole_at_ms = self._whole_at_ms.get(key, now_ms)
            self._whole_at_ms[key] = self._rate.taken(whole_at_ms, now_ms, cost)
            self._shrink(now_ms)
        return wait_ms

    def _shrink(self, now_ms: int) -> None:
        """Should that not be enough, those go of which least was used: it matters least there."""
        if len(self._whole_at_ms) <= self._keys_max:
            return
        most_used = sorted(self._whole_at_ms.items(), key=lambda one: -one[1])
        kept = most_used[: max(1, self._keys_max // 2)]
        self._whole_at_ms = {key: whole_at for key, whole_at in kept if whole_at > now_ms}
