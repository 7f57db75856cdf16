"""Asking both sides, and the origin once more: what differs, and what is only noise."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from domain.parity import Answered, Parity, judged
from domain.parity_rules import OF_TWINS, RULES, Rule
from tools.parity.asks import READS, UNSIGNED, Ask, Edited, Put, Step
from tools.parity.changes import CHANGES
from tools.parity.photo import PHOTO
from tools.parity.seed import scratch, seeded
from tools.parity.sides import TIMEOUT_S, Side, User
from tools.runtime.trouble import Trouble

EDIT_S_MAX: Final = 60
POLL_S: Final = 0.1
COHORT: Final = ";cohort=native;"
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate before its origin, and two users whom both of them know."""

    candidate: str
    origin: str
    users: tuple[User, User]
    canary_token: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """By which the candidate serves by itself whatever it can."""
        token = {"x-canary-token": self.canary_token} if self.canary_token else {}
        return {"x-canary": "1", **token}


@dataclass(frozen=True, slots=True)
class Compared:
    user: str
    ask: Ask
    status: int  # the origin's
    parity: Parity
    is_native: bool  # as the candidate says

    @property
    def is_hollow(self) -> bool:
        """The origin was compared with itself."""
        return self.ask.is_ours and not self.is_native

    @property
    def is_well(self) -> bool:
        return self.parity.is_equal and not self.is_hollow


async def compared(pair: Pair) -> AsyncIterator[Compared]:
    """Request by request, as they are made."""
    # The environment's proxies are for other hosts than these.
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as http:
        first, second = [await seeded(pair.origin, user) for user in pair.users]
        for user, own, their in zip(pair.users, (first, second), (second, first), strict=True):
            names = {**own, **{f"their_{name}": value for name, value in their.items()}}
            trio = Trio(pair, http, user)
            async for one in trio.compare((*READS, *UNSIGNED), [names] * 3):
                yield one
            own_names = [{**names, **await scratch(pair.origin, user)} for _ in range(3)]
            async for one in trio.compare(CHANGES, own_names, OF_TWINS):
                yield one


class Trio:
    """Who is asked by one user: the origin twice, since what differs there is noise."""

    def __init__(self, pair: Pair, http: httpx.AsyncClient, user: User) -> None:
        self._user = user
        self._sides = (
            Side(pair.origin, http, user),
            Side(pair.candidate, http, user, pair.headers),
            Side(pair.origin, http, user),
        )

    async def compare(
        self,
        steps: Iterable[Step],
        names: Iterable[Names],
        rules: tuple[Rule, ...] = RULES,
    ) -> AsyncIterator[Compared]:
        sides = [side.knowing(known) for side, known in zip(self._sides, names, strict=True)]
        for step in steps:
            match step:
                case Put():
                    for side in sides:
                        await side.put(step.url, PHOTO)
                case Edited():
                    for side in sides:
                        await _until_edited(side, step.file)
                case Ask() if self._user.may_ask(step):
                    yield await self._compared(step, sides, rules)
                case Ask():
                    pass

    async def _compared(self, ask: Ask, sides: Iterable[Side], rules: tuple[Rule, ...]) -> Compared:
        answers = [(side, await side.ask(ask)) for side in sides]
        origin, candidate, again = [side.anonymous(answer) for side, answer in answers]
        return Compared(
            user=self._user.name,
            ask=ask,
            status=origin.status,
            parity=judged(ask.route, origin, candidate, again, rules),
            is_native=_is_native(candidate),
        )


async def _until_edited(side: Side, file: str) -> None:
    give_up_at = time.monotonic() + EDIT_S_MAX
    while await side.is_being_edited(file):
        if time.monotonic() > give_up_at:
            raise Trouble(f"An edit by {side.url} was not done after {EDIT_S_MAX} s.")
        await asyncio.sleep(POLL_S)


def _is_native(answered: Answered) -> bool:
    return COHORT in dict(answered.headers).get("x-pix-canary", "")
