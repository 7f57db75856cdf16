"""A second opinion on one file, which shares no code with the product: all jobs are in one dict."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

Json = dict[str, object]
Thing = tuple[str, int]  # an object: its kind, and the token of the attempt that made it

OWNER = "alice"
ORDER = "summer-42"
ATTEMPTS = 4
BACKOFF_MS_MAX = 300_000
MAY_PASS = ("outage", "processing_failed", "lease_expired")
TO_BE_UPLOADED_AGAIN = ("raw_missing", "raw_changed")
AS_ASKED = ("cancelled", "file_deleted")


@dataclass(frozen=True)
class Answer:
    """A refusal's code, or None for yes; and some of what is said with it."""

    code: str | None = None
    facts: Json = field(default_factory=dict)


def yes(**facts: object) -> Answer:
    return Answer(None, facts)


def no(code: str, **facts: object) -> Answer:
    return Answer(code, facts)


@dataclass(frozen=True)
class Hold:
    token: int
    until_ms: int


@dataclass
class Job:
    id: str
    status: str = "queued"
    attempt: int = 0
    not_before_ms: int = 0
    error: str | None = None

    @property
    def is_active(self) -> bool:
        return self.status in {"queued", "in_progress"}

    @property
    def ending(self) -> str:
        """What its owner hears of how it ended."""
        if self.error is None:
            return "edit_done"
        if self.error in TO_BE_UPLOADED_AGAIN:
            return "revision_required"
        return "edit_cancelled" if self.error in AS_ASKED else "edit_failed"


@dataclass
class FileModel:
    lease_ms: int
    first_backoff_ms: int
    purge_again_ms: int  # after a delete
    heard_at_ms: int = 0  # when anything was last asked of it
    jitter: float = 1.0  # what the actor would draw next
    name: str = "beach.jpg"
    marked: bool = False
    deleted_at_ms: int | None = None
    is_paused: bool = False
    order_word: tuple[int, bool] = (0, False)
    jobs: dict[str, Job] = field(default_factory=dict)  # the newest is the last
    hold: Hold | None = None
    token: int = 0
    version: int = 1
    photo: Thing | None = None  # what the last edit made, or its copy in the archive
    preview: int | None = None
    edited_at_ms: int | None = None
    litter: list[Thing] = field(default_factory=list)
    news_owed: bool = True
    purge_owed: bool = False
    unheard: dict[str, str] = field(default_factory=dict)  # endings the order is still to hear of
    answers: dict[str, Json] = field(default_factory=dict)  # the first one to each action
    unrecorded: list[str] = field(default_factory=list)  # actions the audit is still to hear of
    successors: dict[str, str] = field(default_factory=dict)  # of redriven jobs

    # --- What can be read off -------------------------------------------------------------------

    @property
    def newest(self) -> Job | None:
        return next(reversed(self.jobs.values()), None)

    @property
    def is_held_back(self) -> bool:
        return self.is_paused or self.order_word[1]

    @property
    def waiting(self) -> Job | None:
        """The job that a worker should be sent."""
        job = self.newest
        return job if job and job.status == "queued" and not self.is_held_back else None

    @property
    def may_archive(self) -> bool:
        is_fresh = self.photo is not None and self.photo[0] == "processed"
        is_idle = self.newest is None or not self.newest.is_active
        return is_fresh and is_idle and self.deleted_at_ms is None

    @property
    def waits_for_revision(self) -> bool:
        job = self.newest
        return job is not None and job.status == "failed" and job.error in TO_BE_UPLOADED_AGAIN

    @property
    def status(self) -> str:
        if self.newest is None or self.waits_for_revision:
            return "queued"
        return self.newest.status

    def owed(self) -> set[str]:
        """What the actor has to wake for."""
        facts = {
            "tell": self.news_owed,
            "dispatch": self.waiting,
            "lease": self.hold,
            "purge": self.purge_owed,
            "sweep": self.litter,
            "archive": self.may_archive,
            "audit": self.unrecorded,
        }
        return {kind for kind, is_owed in facts.items() if is_owed}

    # --- Time -----------------------------------------------------------------------------------

    def wake(self, now_ms: int) -> None:
        """Whoever has held the file for too long holds it no more."""
        self.heard_at_ms = now_ms
        if self.hold is not None and self.hold.until_ms <= now_ms:
            self._attempt_failed("lease_expired", now_ms)

    # --- The customer ---------------------------------------------------------------------------

    def register(self, owner: str, *, is_same: bool) -> Answer:
        if fault := self._not_for(owner):
            return fault
        return yes() if is_same else no("name_taken")

    def submit(self, caller: str, order: str | None, job_id: str) -> Answer:
        if fault := self._not_for(caller):
            return fault
        if order not in {None, ORDER}:
            return no("file_not_found")
        if job_id in self.jobs:
            return yes(job_id=job_id, is_repeat=True)
        return self.start(job_id) or yes(job_id=job_id, is_repeat=False)

    def start(self, job_id: str) -> Answer | None:
        """A new job; or why there cannot be one."""
        job = self.newest
        if job is not None and job.is_active:
            return self._locked() or no("job_active", job_id=job.id)
        self.jobs[job_id] = Job(job_id)
        self.change()
        return None

    def update(
        self, caller: str, versions: Sequence[int] | None, *, name: str | None, mark: bool | None
    ) -> Answer:
        """Either change counts as one."""
        if fault := self._not_for(caller):
            return fault
        wanted = {"name": name, "marked": mark}
        new = {k: v for k, v in wanted.items() if v is not None and v != getattr(self, k)}
        if (name, mark) != (None, None) and (fault := self._locked()):
            return fault
        if versions is not None and self.version not in versions:
            return no("precondition_failed")
        for key, value in new.items():
            setattr(self, key, value)
            self.change()
        return yes(name=self.name, marked=self.marked, version=self.version)

    def delete(self, caller: str, versions: Sequence[int] | None, now_ms: int) -> Answer:
        if caller != OWNER:
            return no("forbidden")
        if self.deleted_at_ms is not None:
            return yes()
        if fault := self._locked():
            return fault
        if versions is not None and self.version not in versions:
            return no("precondition_failed")
        if self.newest is not None and self.newest.is_active:
            self.end(self.newest, "file_deleted")
        self.deleted_at_ms, self.preview, self.litter = now_ms, None, []
        self.purge_owed = True
        self.change()
        return yes()

    def describe(self, caller: str) -> Answer:
        return self._not_for(caller) or yes()

    def describe_job(self, caller: str, job_id: str) -> Answer:
        if caller != OWNER:
            return no("forbidden")
        if job_id not in self.jobs:
            return no("job_not_found")
        job = self.jobs[job_id]
        return yes(id=job.id, status=job.status, attempt=job.attempt)

    # --- The worker -----------------------------------------------------------------------------

    def claim(self, job_id: str, now_ms: int) -> Answer:
        job = self.waiting
        if job is None or job.id != job_id or now_ms < job.not_before_ms:
            return no("job_not_claimable")
        self.token += 1
        self.hold = Hold(self.token, now_ms + self.lease_ms)
        job.status, job.attempt = "in_progress", job.attempt + 1
        self.change()
        return self._grant()

    def renew(self, token: int, now_ms: int) -> Answer:
        if self.hold is None or self.hold.token != token:
            return self._lost()
        self.hold = replace(self.hold, until_ms=now_ms + self.lease_ms)
        return self._grant()

    def complete(self, token: int, now_ms: int) -> Answer:
        if self.hold is None or self.hold.token != token or self.newest is None:
            return self._lost()
        if self.photo is not None:
            kind, made_by = self.photo
            self.litter += [self.photo, *([("archive", made_by)] if kind == "processed" else [])]
        if self.preview is not None:
            self.litter.append(("preview", self.preview))
        self.photo, self.preview = ("processed", token), token
        self.edited_at_ms, self.marked = now_ms, False
        self.end(self.newest, None)
        self.change()
        return yes()

    def fail(self, token: int, error: str, now_ms: int) -> Answer:
        if self.hold is None or self.hold.token != token:
            return self._lost()
        self._attempt_failed(error, now_ms)
        return yes()

    # --- What others do, too --------------------------------------------------------------------

    def change(self) -> None:
        """Somebody can see that something is different."""
        self.version += 1
        self.news_owed = True

    def end(self, job: Job, error: str | None) -> None:
        job.error, job.status = error, "done" if error is None else "failed"
        self.hold = None
        self.unheard[job.id] = job.ending

    def throw_away(self) -> None:
        """What the attempt under way may have written; nobody will refer to it."""
        assert self.hold is not None
        self.litter += [("processed", self.hold.token), ("preview", self.hold.token)]

    def _attempt_failed(self, error: str, now_ms: int) -> None:
        job = self.newest
        assert job is not None
        self.throw_away()
        if error in MAY_PASS and job.attempt < ATTEMPTS:
            job.status, job.error = "queued", error
            full_ms = min(self.first_backoff_ms * 2 ** (job.attempt - 1), BACKOFF_MS_MAX)
            job.not_before_ms = now_ms + int(full_ms * (1 + self.jitter) / 2)
            self.hold = None
        else:
            self.end(job, error)
        self.change()

    def _not_for(self, caller: str) -> Answer | None:
        if caller != OWNER:
            return no("forbidden")
        return no("file_deleted") if self.deleted_at_ms is not None else None

    def _locked(self) -> Answer | None:
        if self.hold is None or self.newest is None:
            return None
        job, until_ms = self.newest, self.hold.until_ms
        return no("file_locked", job_id=job.id, attempt=job.attempt, locked_until_ms=until_ms)

    def _lost(self) -> Answer:
        return no("lease_lost", fencing_token=self.token)

    def _grant(self) -> Answer:
        assert self.hold is not None
        assert self.newest is not None
        until_ms, attempt = self.hold.until_ms, self.newest.attempt
        return yes(token=self.hold.token, attempt=attempt, lease_expires_at_ms=until_ms)
