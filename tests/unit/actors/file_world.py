"""What lies outside a file's actor: effects under way, and what the order has heard so far."""

from actors.effects import (
    ArchiveObject,
    Effect,
    PurgeObjects,
    RecordAudit,
    SendDispatch,
    SweepObjects,
    TellOrder,
)
from domain.file import OrderPause
from domain.messages.order import Applied, Apply
from domain.values import Value
from tests.unit.actors import operator_model
from tests.unit.actors.file_laws import Document, public, thing, told_by
from tests.unit.actors.file_model import FileModel


class FileWorld:
    def __init__(self, model: FileModel, archive_after_ms: int) -> None:
        self._model = model
        self._archive_after_ms = archive_after_ms
        self.under_way: list[Effect] = []
        self._told: dict[int, Document] = {}  # each version, as it was told
        self._heard_version = 0
        self._endings: dict[str, str] = {}

    def forget(self) -> None:
        self.under_way.clear()

    def begun(self, effect: Effect, now_ms: int) -> None:
        """It must be what the model owes; whether it will happen is another matter."""
        model = self._model
        match effect:
            case SendDispatch():
                job = model.waiting
                assert job is not None, "a job that nobody may claim is not dispatched"
                assert (effect.dispatch.job_id, effect.attempt) == (job.id, job.attempt)
                assert job.not_before_ms <= now_ms, "a dispatch waits for its backoff"
            case TellOrder():
                self._is_told(effect.apply)
            case PurgeObjects():
                assert model.purge_owed
                kinds = sorted(prefix.split("/")[4] for prefix in effect.prefixes)
                assert kinds == ["archive", "preview", "processed", "raw"]
                assert all(prefix.endswith(f"/{effect.file_id}/") for prefix in effect.prefixes)
            case SweepObjects():
                assert sorted(map(thing, effect.object_keys)) == sorted(model.litter)
            case ArchiveObject():
                assert model.may_archive
                assert model.edited_at_ms is not None
                assert model.edited_at_ms + self._archive_after_ms <= now_ms
                assert thing(effect.source_key) == model.photo
                assert thing(effect.target_key) == ("archive", thing(effect.source_key)[1])
            case RecordAudit():
                assert [one.action_id for one in effect.actions.records] == model.unrecorded
            case _:
                raise AssertionError(effect)
        self.under_way.append(effect)

    def performed(self, effect: Effect, word: tuple[int, bool]) -> Value | None:
        """It happens out there, whether or not the actor lives to hear the answer."""
        if not isinstance(effect, TellOrder):
            return None
        self._heard_version = max(self._heard_version, effect.apply.snapshot.version)
        for one in effect.apply.outcomes:
            first = self._endings.setdefault(one.job.id, one.kind.value)
            assert first == one.kind.value, "a job ends in one way"
        return Applied(pause=OrderPause(revision=word[0], is_paused=word[1]))

    def finished(self, effect: Effect, word: tuple[int, bool], now_ms: int) -> None:
        """The actor has heard that it happened; and so the model."""
        model = self._model
        match effect:
            case TellOrder():
                endings = [one.job.id for one in effect.apply.outcomes]
                operator_model.told(model, effect.apply.snapshot.version, endings, word)
            case PurgeObjects():
                operator_model.purged(model, now_ms)
            case SweepObjects():
                operator_model.swept(model, list(map(thing, effect.object_keys)))
            case ArchiveObject():
                operator_model.archived(model, thing(effect.source_key))
            case RecordAudit():
                ids = [one.action_id for one in effect.actions.records]
                operator_model.recorded(model, ids)
            case _:  # a dispatch: the job still waits, and is sent again in time
                pass

    def has_heard_all(self) -> None:
        model = self._model
        assert self._heard_version == model.version, "the order knows how things stand"
        ended = {job.id: job.ending for job in model.jobs.values() if not job.is_active}
        assert self._endings == ended, "the order has heard of every end"

    def _is_told(self, apply: Apply) -> None:
        model, snapshot = self._model, apply.snapshot.model_dump(mode="json")
        assert model.news_owed
        assert public(snapshot) == told_by(model)
        assert {one.job.id: one.kind.value for one in apply.outcomes} == model.unheard
        first = self._told.setdefault(apply.snapshot.version, snapshot)
        assert first == snapshot, "a version says one thing"
