"""What can be wrong with the origin, at the flick of a switch: slow, failing, cut off, odd.

A rule holds for paths that begin with its prefix and, if it names any, for its method. Of several
the longest prefix counts, of equally long ones the newest; and of that rule everything. Rules live
as long as the process: a restarted origin is well. To an upgrade applies what comes before its
answer: the latency, a failure, a drop.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from tests.origin.call import Body

DEFAULT_FAILURE: Final = 500


class Rule(Body):
    prefix: str = ""
    method: str | None = None  # "WEBSOCKET" for upgrades
    times: Annotated[int, Field(ge=1)] | None = None  # for so many requests, then no more

    latency_ms: Annotated[int, Field(ge=0)] = 0  # before anything is answered
    body_latency_ms: Annotated[int, Field(ge=0)] = 0  # between the headers and the body
    fail_status: Annotated[int, Field(ge=400, le=999)] | None = None  # in place of the answer
    error_rate: Annotated[float, Field(ge=0, le=1)] = 1  # of the requests; evenly, not by chance
    drop: Literal["before", "headers", "body"] | None = (
        None  # the connection, before or after these
    )
    headers: tuple[tuple[str, str], ...] = ()  # added to the answer, several of a name if need be


RULES: Final[TypeAdapter[tuple[Rule, ...]]] = TypeAdapter(tuple[Rule, ...])


class ActiveRule:
    def __init__(self, rule: Rule) -> None:
        self.rule: Final = rule
        self._left = rule.times
        self._due = 0.0

    def is_about(self, method: str, path: str) -> bool:
        is_over = self._left == 0
        is_method = self.rule.method in {None, method}
        return not is_over and is_method and path.startswith(self.rule.prefix)

    def used(self) -> bool:
        """One more request; whether it is one of those that fail, or are dropped."""
        if self._left is not None:
            self._left -= 1
        self._due += self.rule.error_rate
        if self._due < 1:
            return False
        self._due -= 1
        return True


class Switches:
    def __init__(self) -> None:
        self._rules: list[ActiveRule] = []

    def add(self, rule: Rule) -> None:
        """In place of one of the same prefix and method."""
        self._rules = [
            active
            for active in self._rules
            if (active.rule.prefix, active.rule.method) != (rule.prefix, rule.method)
        ]
        self._rules.append(ActiveRule(rule))

    def clear(self) -> None:
        self._rules = []

    def rules(self) -> list[Rule]:
        return [active.rule for active in self._rules]

    def of(self, method: str, path: str) -> tuple[Rule, bool]:
        """The rule that counts, and whether this is one of the requests that it breaks."""
        found = [active for active in self._rules if active.is_about(method, path)]
        if not found:
            return Rule(), False
        active = max(reversed(found), key=lambda active: len(active.rule.prefix))
        return active.rule, active.used()
