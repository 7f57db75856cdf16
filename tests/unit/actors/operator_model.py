"""The second opinion, continued: what operators and the order ask of a file, and effects done."""

from collections.abc import Collection

from tests.unit.actors.file_model import Answer, FileModel, Json, Thing, no, yes


def operate(model: FileModel, operation: str, job_id: str, action_id: str, told: Json) -> Answer:
    """Of `told`, the actor's own answer, only the id that it chose for a new job is taken."""
    if action_id in model.answers:
        return yes(**model.answers[action_id])
    version, job = model.version, model.newest
    match operation:
        case "cancel":
            fault = _cancel(model, job_id)
        case "force_unlock":
            fault = _force_unlock(model)
        case "pause" | "resume":
            fault = _pause(model, value=operation == "pause")
        case _:
            fault = _redrive(model, job_id, str(told.get("job_id")))
    if fault is not None:
        return fault
    job = model.newest
    is_changed = model.version > version
    if is_changed:
        model.unrecorded.append(action_id)
    return yes(action_id=action_id, is_changed=is_changed, job_id=job.id if job else None)


def _cancel(model: FileModel, job_id: str) -> Answer | None:
    job = model.newest
    if job is None or job.id != job_id:
        return no("job_superseded" if job_id in model.jobs else "job_not_found")
    if not job.is_active:
        return None
    if model.hold is not None:
        model.throw_away()
    model.end(job, "cancelled")
    model.change()
    return None


def _force_unlock(model: FileModel) -> Answer | None:
    """Its job waits for another worker, at once, however often it was tried."""
    job = model.newest
    if model.hold is None or job is None:
        return None
    model.throw_away()
    model.hold = None
    model.token += 1
    job.status, job.error, job.not_before_ms = "queued", "force_unlocked", model.heard_at_ms
    model.change()
    return None


def _pause(model: FileModel, *, value: bool) -> Answer | None:
    if model.deleted_at_ms is None and model.is_paused != value:
        model.is_paused = value
        model.change()
    return None


def _redrive(model: FileModel, job_id: str, offered_id: str) -> Answer | None:
    """A job has one successor, whoever asks for it and however often."""
    job = model.newest
    if job is not None and job.id == model.successors.get(job_id):
        return None
    if job is None or job.id != job_id:
        return no("job_superseded" if job_id in model.jobs else "job_not_found")
    if job.status != "failed":
        return no("job_not_failed", job_status=job.status)
    if model.deleted_at_ms is not None:
        return no("file_deleted")
    assert offered_id not in model.jobs, "a redriven job has an id of its own"
    model.successors[job_id] = offered_id
    return model.start(offered_id)


# --- The order, and effects that have happened ---------------------------------------------------


def nudge(model: FileModel, word: tuple[int, bool]) -> Answer:
    _hear(model, word)
    model.news_owed = True
    return yes()


def told(model: FileModel, version: int, endings: Collection[str], word: tuple[int, bool]) -> None:
    """The order has heard, and has said in turn whether it is paused."""
    for job_id in endings:
        model.unheard.pop(job_id, None)
    model.news_owed = model.version != version
    _hear(model, word)


def purged(model: FileModel, now_ms: int) -> None:
    """Once more after a while, for what a late upload has left."""
    assert model.deleted_at_ms is not None
    model.purge_owed = now_ms < model.deleted_at_ms + model.purge_again_ms


def swept(model: FileModel, things: Collection[Thing]) -> None:
    model.litter = [thing for thing in model.litter if thing not in things]


def archived(model: FileModel, source: Thing) -> None:
    """Unless the file has moved on since."""
    if model.photo != source or not model.may_archive:
        return
    model.litter.append(source)
    if model.preview is not None:
        model.litter.append(("preview", model.preview))
    model.photo, model.preview = ("archive", source[1]), None
    model.change()


def recorded(model: FileModel, action_ids: Collection[str]) -> None:
    model.unrecorded = [one for one in model.unrecorded if one not in action_ids]


def _hear(model: FileModel, word: tuple[int, bool]) -> None:
    if model.deleted_at_ms is None and word[0] > model.order_word[0]:
        model.order_word = word
        model.change()
