"""What a call raised, for checks that run where there is no pytest."""

from collections.abc import Awaitable, Callable


def raised_by(call: Callable[[], object]) -> Exception:
    try:
        call()
    except Exception as error:  # noqa: BLE001 -- which one it is differs by the side
        return error
    raise AssertionError("nothing was raised")


async def raised_awaiting(awaitable: Awaitable[object]) -> Exception:
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001 -- which one it is differs by the side
        return error
    raise AssertionError("nothing was raised")
