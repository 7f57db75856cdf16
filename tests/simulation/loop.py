"""An event loop in virtual time. What is ready runs in an order drawn from a seed.

So every await is a place where anything else may come in between; and hours in which nothing is to
do take no time. Each step belongs to an `Owner`, whose life may end or stand still.
"""

import asyncio
import contextvars
import heapq
import itertools
import random
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
LAG_S = 0.001  # a callback takes time too; otherwise two that wake each other would stop the clock


class Owner:
    """Whatever runs by itself and may die by itself: one life of an actor, a worker, a request."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_dead = False
        self.frozen_until = 0.0
        self.tasks: list[asyncio.Task[Any]] = []
        self.context = contextvars.copy_context()
        self.context.run(OWNER.set, self)

    def end(self) -> None:
        """Nothing of it goes on. What it still does on the way out reaches nobody."""
        self.is_dead = True
        self.frozen_until = 0.0
        for task in self.tasks:
            task.cancel()


OWNER: contextvars.ContextVar[Owner] = contextvars.ContextVar("owner")


class Step(asyncio.TimerHandle):
    """One callback, and whose it is. Made by the thousand, so without asyncio's help to debug."""

    __slots__ = ("owner",)

    def __init__(  # with all that asyncio's own would set, and no more
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: contextvars.Context | None,
    ) -> None:
        if context is None:
            context = contextvars.copy_context()
        self._when = when
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = context
        self._cancelled = False
        self._scheduled = False
        self._source_traceback = None
        self._repr = None
        self.owner = context[OWNER]

    def cancel(self) -> None:
        self._cancelled = True

    def run(self) -> None:
        self._context.run(self._callback, *self._args)


class VirtualLoop(asyncio.BaseEventLoop):
    def __init__(self, draw: random.Random) -> None:
        super().__init__()
        self.steps = 0
        self.broken: BaseException | None = None  # what nobody caught
        self._now = 0.0
        self._draw = draw.random
        self._soon: list[Step] = []
        self._later: list[tuple[float, int, Step]] = []
        self._count = itertools.count()

    def run(self, until: float, after_step: Callable[[Step], bool]) -> None:
        """Until that time, or until `after_step` says that it is enough."""
        asyncio.events._set_running_loop(self)  # noqa: SLF001 -- for whoever writes a loop
        try:
            while (step := self._next(until)) is not None:
                self.steps += 1
                try:
                    step.run()
                except Exception as error:  # noqa: BLE001 -- told with the trace, whatever it is
                    self.broken = self.broken or error
                if after_step(step):
                    return
        finally:
            asyncio.events._set_running_loop(None)  # noqa: SLF001 -- as above

    def forget(self, owner: Owner) -> None:
        """What it was going to do will not be done."""
        for step in (*self._soon, *(entry[2] for entry in self._later)):
            if step.owner is owner:
                step.cancel()

    def _next(self, until: float) -> Step | None:
        while True:
            ready = self._soon
            while not ready:
                if not self._advance(until):
                    return None
            at = int(self._draw() * len(ready))
            step, ready[at] = ready[at], ready[-1]
            ready.pop()
            if step._cancelled:  # noqa: SLF001 -- a call for each step is dear
                continue
            if step.owner.frozen_until > self._now:
                self._put(step.owner.frozen_until, step)
                continue
            return step

    def _advance(self, until: float) -> bool:
        """To the next time at which there is something to do."""
        later = self._later
        while later and later[0][2]._cancelled:  # noqa: SLF001 -- as above
            heapq.heappop(later)
        if not later or later[0][0] > until:
            self._now = max(self._now, until)
            return False
        self._now = max(self._now, later[0][0])
        while later and later[0][0] <= self._now:
            self._soon.append(heapq.heappop(later)[2])
        return True

    def _put(self, when: float, step: Step) -> None:
        heapq.heappush(self._later, (when, next(self._count), step))

    # --- What asyncio asks of a loop ------------------------------------------------------------

    def time(self) -> float:
        return self._now

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        step = Step(self._now, callback, args, self, context)
        self._soon.append(step)
        return step

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        step = Step(when, callback, args, self, context)
        self._put(when, step)
        return step

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[T]:
        task = asyncio.Task(coro, loop=self, name=str(name), context=context)
        owner = OWNER.get() if context is None else context[OWNER]
        owner.tasks.append(task)
        if owner.is_dead:
            task.cancel()
        return task

    def close(self) -> None:
        self._soon.clear()
        self._later.clear()
        super().close()

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self.broken is None:
            self.broken = context.get("exception") or RuntimeError(context["message"])

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its time comes."""
