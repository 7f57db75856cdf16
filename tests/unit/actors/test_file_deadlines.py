"""Whatever happens to a file, it wakes for everything it still has to do, and in the end rests."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.file import File, FileStatus
from domain.job import JobStatus
from domain.messages.file import DeleteFile, Renew, UpdateFile
from storage.file_repository import FileRepository
from tests.unit.actors.cores import FileOnPaper, dispatched, job_id, told
from tests.unit.factories import LEASE_MS, NOW_MS

Step = Callable[[FileOnPaper, int, int], object]

# Each takes the file, the moment, and a small number to choose a job, a token or a name by.
STEPS: dict[str, Step] = {
    "submit": lambda file, now_ms, n: file.submit(job_id(n), now_ms),
    "claim": lambda file, now_ms, n: file.claim(job_id(n), now_ms),
    "renew": lambda file, now_ms, n: file.tell(Renew(token=n), now_ms),
    "complete": lambda file, now_ms, n: file.complete(n, now_ms),
    "fail": lambda file, now_ms, n: file.fail(n, now_ms=now_ms),
    "rename": lambda file, now_ms, n: file.tell(
        UpdateFile(caller_id="alice", name=f"{n}.jpg"), now_ms
    ),
    "mark": lambda file, now_ms, n: file.tell(
        UpdateFile(caller_id="alice", marked=n % 2 == 0), now_ms
    ),
    "delete": lambda file, now_ms, _: file.tell(DeleteFile(caller_id="alice"), now_ms),
    "effects fail": lambda file, now_ms, _: file.owed(now_ms),
    "effects succeed": lambda file, now_ms, _: file.settle(now_ms),
    "restart": lambda file, _, __: file.restart(),
}
SPANS_MS = st.sampled_from([0, 1, 900, 5_000, 31_000, LEASE_MS])
LIVES = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 3), SPANS_MS), max_size=25
)


def lived(life: list[tuple[str, int, int]]) -> tuple[FileOnPaper, int]:
    """A file after those steps, and the moment of the last. Refusals are part of life."""
    file, now_ms = FileOnPaper(), NOW_MS
    for step, number, span_ms in life:
        now_ms += span_ms
        try:
            STEPS[step](file, now_ms, number)
        except Refusal:
            continue
    return file, now_ms


def kept(file: FileOnPaper) -> File:
    found = FileRepository(file.sql).load()
    assert found is not None
    return found


def kinds(file: FileOnPaper) -> set[str]:
    return {str(kind) for (kind,) in file.sql.rows("SELECT kind FROM deadlines")}


def rest(file: FileOnPaper, now_ms: int) -> list[int]:
    """Woken whenever it wants, with a world that works, until it wants nothing: versions told."""
    versions: list[int] = []
    while (due_ms := file.core.next_deadline_ms()) is not None:
        now_ms = max(now_ms, due_ms)
        effects = file.settle(now_ms)
        versions += [tell.apply.snapshot.version for tell in told(effects)]
        for dispatch in dispatched(effects):
            token = file.claim(dispatch.dispatch.job_id, now_ms).token
            file.complete(token, now_ms)
    return versions


@given(LIVES)
def test_there_is_a_deadline_for_everything_that_is_still_to_be_done(
    life: list[tuple[str, int, int]],
) -> None:
    file, _ = lived(life)

    job = kept(file).job
    assert ("dispatch" in kinds(file)) == (job is not None and job.status is JobStatus.QUEUED)
    assert ("lease" in kinds(file)) == (kept(file).lock is not None)
    assert "purge" not in kinds(file) or kept(file).deleted_at_ms is not None
    assert "tell" in kinds(file) or not FileRepository(file.sql).owed()


@given(LIVES)
def test_in_a_world_that_works_a_file_comes_to_rest(life: list[tuple[str, int, int]]) -> None:
    file, now_ms = lived(life)

    versions = rest(file, now_ms)

    assert kinds(file) == set()
    assert kept(file).status is not FileStatus.IN_PROGRESS
    assert FileRepository(file.sql).owed() == ()
    assert versions == sorted(set(versions))
    assert versions[-1:] in ([], [kept(file).version])
