"""What the alarm of a Durable Object does. Each check gets one that was never set."""

import time
from typing import Protocol


class ReadableAlarm(Protocol):
    async def setAlarm(self, at_ms: int) -> None: ...  # noqa: N802 -- the platform's spelling
    async def getAlarm(self) -> int | None: ...  # noqa: N802
    async def deleteAlarm(self) -> None: ...  # noqa: N802


def _in_ms(span_ms: int) -> int:
    return int(time.time() * 1000) + span_ms


async def an_alarm_that_was_never_set_is_none(alarm: ReadableAlarm) -> None:
    assert await alarm.getAlarm() is None


async def an_alarm_is_kept_to_the_millisecond(alarm: ReadableAlarm) -> None:
    at_ms = _in_ms(3_600_123)

    await alarm.setAlarm(at_ms)

    assert await alarm.getAlarm() == at_ms


async def setting_it_again_moves_it_either_way(alarm: ReadableAlarm) -> None:
    first_ms, later_ms, earlier_ms = _in_ms(2_000_000), _in_ms(3_000_000), _in_ms(1_000_000)
    await alarm.setAlarm(first_ms)

    await alarm.setAlarm(later_ms)
    assert await alarm.getAlarm() == later_ms
    await alarm.setAlarm(earlier_ms)

    assert await alarm.getAlarm() == earlier_ms


async def a_deleted_alarm_is_none(alarm: ReadableAlarm) -> None:
    await alarm.setAlarm(_in_ms(3_600_000))

    await alarm.deleteAlarm()

    assert await alarm.getAlarm() is None


async def deleting_an_alarm_that_was_never_set_does_nothing(alarm: ReadableAlarm) -> None:
    await alarm.deleteAlarm()

    assert await alarm.getAlarm() is None
