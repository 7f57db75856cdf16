"""A file's actor and its model, told the same and compared; and the words rules use of them."""

import json
from collections.abc import Callable
from typing import Final

from actors.effects import Effect
from actors.file import FileCore
from actors.remote import accepted, refused
from domain.errors import Refusal
from domain.values import Value
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.actors.breakable_sql import BreakableSql
from tests.unit.actors.cores import job_id
from tests.unit.actors.file_laws import Document, FileLaws, kept
from tests.unit.actors.file_model import Answer, FileModel, Json
from tests.unit.actors.file_world import FileWorld
from tests.unit.factories import NOW_MS, some_settings

LEASE_MS: Final = 60_000
SETTINGS: Final = some_settings(
    lease_ms=LEASE_MS, archive_after_ms=10 * LEASE_MS, sweep_after_ms=5 * LEASE_MS
)


class ModelledFile:
    def __init__(self) -> None:
        super().__init__()
        self.now_ms = NOW_MS
        self.sql = SqliteSql()
        self.breakable = BreakableSql(self.sql)
        self.breaks_at: int | None = None  # the statement of the next message
        self.model = FileModel(
            lease_ms=LEASE_MS,
            first_backoff_ms=SETTINGS.retry_backoff_ms,
            purge_again_ms=SETTINGS.sweep_after_ms,
        )
        self.laws = FileLaws()
        self.world = FileWorld(self.model, SETTINGS.archive_after_ms)
        self.words: list[bool] = [False]  # the order's, each under its revision
        self.submitted = 0
        self.actions = 0
        self.restart()

    def restart(self) -> None:
        self.core = FileCore(self.breakable, SETTINGS, lambda: self.model.jitter)
        self.world.forget()

    def say(self, message: Value, predict: Callable[[Json], Answer]) -> Document | None:
        """Told to both: they must answer alike. None if the database broke: then to neither."""
        told = self.tell(message)
        if told is None:
            self.catch_up()
            return None
        self.model.wake(self.now_ms)
        said = told["reply"] if told["ok"] else told["refusal"]["facts"]
        answer = predict(said)
        code = None if told["ok"] else told["refusal"]["code"]
        is_alike = code == answer.code and answer.facts.items() <= said.items()
        assert is_alike, f"{message!r} was answered {told}, not {answer}"
        return told

    def tell(self, message: Value) -> Document | None:
        text, answers = message.model_dump_json(), list[str]()

        def step() -> None:
            try:
                answers.append(accepted(self.core.receive(text, self.now_ms)))
            except Refusal as refusal:
                answers.append(refused(refusal))

        if self.breaks_at is None:
            step()
        else:
            self.breakable.breaks_at(self.breaks_at, step)
            self.breaks_at = None
        told: Document | None = json.loads(answers[0]) if answers else None
        return told

    def begin(self) -> Effect | None:
        effect = self.core.next_effect(self.now_ms)
        self.catch_up()
        if effect is None:
            due = [k for k, at_ms in kept(self.sql).due_ms.items() if at_ms <= self.now_ms]
            assert not due, "what is due is offered"
        else:
            self.world.begun(effect, self.now_ms)
        return effect

    def perform(self, effect: Effect, word: tuple[int, bool], heard: int = 1) -> None:
        reply = self.world.performed(effect, word)
        for _ in range(heard):
            self.world.finished(effect, word, self.now_ms)
            self.core.finish(effect, reply, self.now_ms)

    def catch_up(self) -> None:
        """Between messages the actor may have noticed that a lease is up, or not yet."""
        if kept(self.sql).lease is None:
            self.model.wake(self.now_ms)

    def job(self, which: str) -> str:
        known = list(self.model.jobs)
        if which == "new":
            self.submitted += 1
            return job_id(self.submitted)
        if which == "unknown" or not known:
            return job_id(999)
        return known[-1] if which == "newest" else known[0]

    def token(self, which: str) -> int:
        current = self.model.token
        by_word = {"stale": current - 1, "next": current + 1, "made up": 10**6}
        return by_word.get(which, current)

    def versions(self, which: str) -> tuple[int, ...] | None:
        current = self.model.version
        by_word: dict[str, tuple[int, ...] | None] = {
            "any": None,
            "current": (current,),
            "one of": (1, current),
            "stale": (current - 1,),
            "next": (current + 1,),
            "none": (),
        }
        return by_word[which]

    def word(self, back: int) -> tuple[int, bool]:
        """The order's newest word on its pause, or an older one."""
        revision = max(len(self.words) - 1 - back, 0)
        return revision, self.words[revision]
