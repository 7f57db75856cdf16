"""One file's actor lives through anything, beside its model: a Hypothesis state machine.

The core is the real one, on real SQL, and hears JSON text. After every step, what it has kept and
owes is compared with the model, and the laws are checked. What a step says in words ("the newest
job", "the current token") is looked up when it is taken, so that most steps hit something.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actors.effects import ArchiveObject, Effect, PurgeObjects, SweepObjects, TellOrder
from domain.failure import FailureCode
from domain.file import OrderPause
from domain.messages.file import (
    Claim,
    Complete,
    DeleteFile,
    DescribeFile,
    DescribeJob,
    Fail,
    Inspect,
    Nudge,
    OperateFile,
    Register,
    Renew,
    Submit,
    UpdateFile,
)
from domain.operation import Operation
from tests.unit.actors import operator_model
from tests.unit.actors.cores import job_id
from tests.unit.actors.file_laws import differences, kept, public, told_by
from tests.unit.actors.file_model import Answer, Json, yes
from tests.unit.actors.modelled_file import LEASE_MS, ModelledFile
from tests.unit.factories import NOW_MS, a_failure, a_preview, an_action, an_upload

ROUNDS_MAX = 100  # in which everything that is owed gets done, if everything works

callers = st.sampled_from(("alice", "alice", "alice", "alice", "mallory"))
jobs = st.sampled_from(("newest", "newest", "newest", "older", "unknown"))
ENDS = ("success", "success", "outage", "processing_failed", "corrupt_image", "raw_changed")
WORDS = ("more time", *ENDS)
TURNS = (*(None,) * 8, "more time", *ENDS, Operation.CANCEL, Operation.FORCE_UNLOCK)
tokens = st.sampled_from(("current", "current", "stale", "stale", "next", "made up"))
versions = st.sampled_from(
    ("any", "any", "any", "any", "current", "one of", "stale", "next", "none")
)
spans_ms = st.sampled_from((None, None, 0, 999, 5_000, LEASE_MS, 6 * LEASE_MS))
pauses = st.sampled_from((Operation.RESUME, Operation.RESUME, Operation.PAUSE))
operations = st.sampled_from(
    (
        Operation.CANCEL,
        Operation.FORCE_UNLOCK,
        Operation.PAUSE,
        Operation.RESUME,
        Operation.RESUME,
        Operation.REDRIVE,
    )
)


class FileMachine(ModelledFile, RuleBasedStateMachine):
    def teardown(self) -> None:
        self.sql.close()

    # --- Before there is a file -----------------------------------------------------------------

    @initialize(is_early=st.booleans())
    def comes_to_be(self, *, is_early: bool) -> None:
        if is_early:
            early = self.tell(Claim(job_id=job_id(1), worker_id="worker-1"))
            assert early is not None
            assert early["refusal"]["code"] == "file_not_found"
            assert not self.sql.rows("SELECT 1 FROM sqlite_master"), "it leaves nothing behind"
        self.say(Register(upload=an_upload()), lambda _: yes(created_at_ms=NOW_MS))

    # --- The customer ---------------------------------------------------------------------------

    @rule(
        caller=callers,
        order=st.sampled_from((None, "summer-42", "summer-42", "winter-1")),
        which=st.sampled_from(("new", "new", "newest", "older")),
    )
    def submits(self, caller: str, order: str | None, which: str) -> None:
        job = self.job(which)
        message = Submit(caller_id=caller, order_id=order, job_id=job)
        self.say(message, lambda _: self.model.submit(caller, order, job))

    @rule(
        caller=callers,
        name=st.sampled_from((None, "beach.jpg", "dune.jpg", "sea.jpg")),
        mark=st.sampled_from((None, True, False)),
        which=versions,
    )
    def updates(self, caller: str, name: str | None, which: str, *, mark: bool | None) -> None:
        wanted = self.versions(which)
        message = UpdateFile(caller_id=caller, name=name, marked=mark, versions=wanted)
        self.say(message, lambda _: self.model.update(caller, wanted, name=name, mark=mark))

    @rule(caller=callers, which=versions, is_meant=st.sampled_from((False, False, False, True)))
    def deletes(self, caller: str, which: str, *, is_meant: bool) -> None:
        """Mostly under a version that is not the file's: lives are to be long."""
        wanted = self.versions(which if is_meant else "stale")
        message = DeleteFile(caller_id=caller, versions=wanted)
        self.say(message, lambda _: self.model.delete(caller, wanted, self.now_ms))

    @rule(caller=callers, which=jobs, size=st.sampled_from((5, 6)))
    def looks(self, caller: str, which: str, size: int) -> None:
        """And registers once more, perhaps what is another photo."""
        told = self.say(DescribeFile(caller_id=caller), lambda _: self.model.describe(caller))
        if told is not None and told["ok"]:
            assert public(told["reply"]) == told_by(self.model)
        job = self.job(which)
        message = DescribeJob(caller_id=caller, job_id=job)
        self.say(message, lambda _: self.model.describe_job(caller, job))
        register = Register(upload=an_upload(owner_id=caller, size_bytes=size))
        self.say(register, lambda _: self.model.register(caller, is_same=size == 5))
        inspection = self.say(Inspect(), lambda _: yes(fencing_token=self.model.token))
        assert inspection is None or public(inspection["reply"]["file"]) == told_by(self.model)

    # --- Workers --------------------------------------------------------------------------------

    @rule(tries=st.sampled_from((0, 0, 1, 3)), turn=st.sampled_from(TURNS), first=pauses)
    def is_in_work(self, tries: int, turn: str | None, first: Operation) -> None:
        """All that it takes, so that the steps that follow find the file locked, or edited."""
        self.operates(first, "newest", 0)
        if first == Operation.RESUME:
            self.words += [False] * self.words[-1]
            self.hears(self.word(0))
        newest = self.model.newest
        if newest is None or not newest.is_active:
            self.submits("alice", None, "new")
        self.claims("newest", is_patient=True)
        for _ in range(tries):
            self.hears_from_worker("outage", "current", 0.5)
            self.claims("newest", is_patient=True)
        if turn in set(Operation):
            self.operates(Operation(turn), "newest", 0)
        elif turn is not None:
            self.hears_from_worker(turn, "current", 1.0)

    @rule(which=jobs, is_patient=st.booleans())
    def claims(self, which: str, *, is_patient: bool) -> None:
        if is_patient and self.model.waiting is not None:
            self.now_ms = max(self.now_ms, self.model.waiting.not_before_ms)
        job, highest = self.job(which), self.model.token
        message = Claim(job_id=job, worker_id="worker-1")
        told = self.say(message, lambda _: self.model.claim(job, self.now_ms))
        assert told is None or not told["ok"] or told["reply"]["token"] > highest

    @rule(how=st.sampled_from(WORDS), which=tokens, jitter=st.sampled_from((0.0, 0.5, 1.0)))
    def hears_from_worker(self, how: str, which: str, jitter: float) -> None:
        self.model.jitter, token = jitter, self.token(which)
        match how:
            case "more time":
                renew = Renew(token=token)
                self.say(renew, lambda _: self.model.renew(token, self.now_ms))
            case "success":
                complete = Complete(token=token, preview=a_preview())
                self.say(complete, lambda _: self.model.complete(token, self.now_ms))
            case _:
                fail = Fail(token=token, failure=a_failure(FailureCode(how)))
                self.say(fail, lambda _: self.model.fail(token, how, self.now_ms))

    # --- Operators and the order ----------------------------------------------------------------

    @rule(operation=operations, which=jobs, back=st.sampled_from((0, 0, 0, 1, 2)))
    def operates(self, operation: Operation, which: str, back: int) -> None:
        """Or once more, under an id that was given some actions before."""
        self.actions += not back
        self.acts(operation, self.job(which), f"action-{self.actions - min(back, self.actions)}")

    def acts(self, operation: Operation, job: str, action_id: str) -> None:
        def predict(told: Json) -> Answer:
            return operator_model.operate(self.model, operation.value, job, action_id, told)

        message = OperateFile(action=an_action(operation, action_id), job_id=job)
        told = self.say(message, predict)
        if told is not None and told["ok"]:
            self.model.answers.setdefault(action_id, told["reply"])

    @rule(back=st.sampled_from((0, 0, 1, 2)), changes=st.booleans())
    def is_nudged(self, back: int, *, changes: bool) -> None:
        if changes:
            self.words.append(not self.words[-1])
        self.hears(self.word(back))

    def hears(self, word: tuple[int, bool]) -> None:
        pause = OrderPause(revision=word[0], is_paused=word[1])
        self.say(Nudge(order_pause=pause), lambda _: operator_model.nudge(self.model, word))

    # --- Time, trouble and effects --------------------------------------------------------------

    @rule(span_ms=spans_ms, off_by_ms=st.sampled_from((-1, 0, 0)), rings=st.booleans())
    def time_passes(self, span_ms: int | None, off_by_ms: int, *, rings: bool) -> None:
        """If by no span then until the alarm is due, or nearly."""
        due_ms = (self.core.next_deadline_ms() or 0) + off_by_ms
        self.now_ms = max(self.now_ms, due_ms) if span_ms is None else self.now_ms + span_ms
        if rings:
            self.core.wake(self.now_ms)
            self.model.wake(self.now_ms)

    @rule(statement=st.sampled_from((None, *range(12))))
    def breaks(self, statement: int | None) -> None:
        """Memory is gone, with whoever waited for an effect; or the next message goes wrong."""
        if statement is None:
            self.restart()
        self.breaks_at = statement

    @rule()
    def an_effect_is_begun(self) -> None:
        self.begin()

    @precondition(lambda self: self.world.under_way)
    @rule(which=st.integers(0, 9), back=st.sampled_from((0, 0, 1)), heard=st.integers(0, 2))
    def an_effect_happens(self, which: int, back: int, heard: int) -> None:
        """Heard of as often: never, if the answer is lost, and twice, for good measure."""
        effect = self.world.under_way.pop(which % len(self.world.under_way))
        self.perform(effect, self.word(back), heard)

    @rule(
        slow=st.sampled_from((None, None, SweepObjects, ArchiveObject, PurgeObjects, TellOrder)),
        meanwhile=st.sampled_from((None, "success", "outage")),
    )
    def all_works_for_long(self, slow: type[Effect] | None, meanwhile: str | None) -> None:
        """In the end nothing is owed but what waits for a worker, and the order knows all.

        Or else something slow is still under way then, or is done when the file has moved on.
        """
        if slow is not None:
            self.is_in_work(0, "success", Operation.RESUME)
        for _ in range(ROUNDS_MAX):
            effect = self.begin()
            if effect is None:
                if self.model.owed() <= {"dispatch"}:
                    break
                due_ms = self.core.next_deadline_ms()
                assert due_ms is not None, "it wakes for what it owes"
                self.now_ms = max(self.now_ms, due_ms)
            elif slow is None or not isinstance(effect, slow):
                self.perform(self.world.under_way.pop(), self.word(0))
            else:
                if meanwhile is not None:
                    self.is_in_work(0, meanwhile, Operation.RESUME)
                    self.perform(self.world.under_way.pop(), self.word(0))
                return
        assert self.model.owed() <= {"dispatch"}, "what is owed gets done"
        self.world.has_heard_all()

    # --- After every step -----------------------------------------------------------------------

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        found = kept(self.sql)
        disagreed = differences(found, self.model)
        assert not disagreed, f"kept, and expected: {disagreed}"
        self.laws.check(found, self.now_ms)
        due_ms = self.core.next_deadline_ms()
        assert (due_ms is None) == (not self.model.owed()), "it wakes for what it owes"
