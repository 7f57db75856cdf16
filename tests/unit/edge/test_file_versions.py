"""A file and its version: seen once, changed only as it was seen, and with all its jobs."""

import pytest

from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, Darkroom

pytestmark = pytest.mark.anyio


async def tag_of(darkroom: Darkroom, path: str) -> str:
    return (await darkroom.call("GET", path)).headers["etag"]


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.headers["etag"]


async def test_a_file_that_is_known_is_not_sent_again(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    first = await darkroom.call("GET", path)

    again = await darkroom.call("GET", path, if_none_match=first.headers["etag"])

    assert first.headers["etag"] == f'"{first.json["version"]}"'
    assert (told(again), again.text) == ((304, first.headers["etag"]), "")


async def test_a_file_has_another_tag_whenever_it_is_another(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    tags = [await tag_of(darkroom, path)]
    await darkroom.submit(path)
    tags.append(await tag_of(darkroom, path))

    await darkroom.work()

    tags.append(await tag_of(darkroom, path))
    assert len(set(tags)) == 3
    assert (await darkroom.call("GET", path, if_none_match=", ".join(tags[:2]))).status == 200


async def test_a_change_tells_the_tag_it_has_led_to(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    answer = await darkroom.call("PATCH", path, {"marked": True})

    assert told(answer) == (200, await tag_of(darkroom, path))


async def test_a_tag_that_allows_a_change_is_not_weakened_on_its_way(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    changed = await darkroom.call("PATCH", path, {"marked": True})
    seen = await darkroom.call("GET", path)
    known = await darkroom.call("GET", path, if_none_match=seen.headers["etag"])

    assert changed.headers["cache-control"] == "no-store, no-transform"
    assert seen.headers["cache-control"] == "private, no-cache, no-transform"
    assert known.headers["cache-control"] == "private, no-cache, no-transform"


@pytest.mark.parametrize("condition", ['"1"', '"7", "1"', "*"])
@pytest.mark.parametrize("body", [{"name": "new.jpg"}, {"marked": True}], ids=["rename", "mark"])
async def test_a_file_is_changed_if_it_is_as_it_was_seen(
    darkroom: Darkroom, body: dict[str, object], condition: str
) -> None:
    path = await darkroom.uploaded()

    answer = await darkroom.call("PATCH", path, body, if_match=condition)

    assert told(answer) == (200, '"2"')


@pytest.mark.parametrize("condition", ['"2"', 'W/"1"', '"other"', "1", ""])
@pytest.mark.parametrize(
    ("method", "body"),
    [("PATCH", {"name": "new.jpg"}), ("PATCH", {"marked": True}), ("DELETE", None)],
    ids=["rename", "mark", "delete"],
)
async def test_a_file_that_is_another_than_was_seen_is_left_alone(
    darkroom: Darkroom, method: str, body: dict[str, object] | None, condition: str
) -> None:
    path = await darkroom.uploaded()
    before = await darkroom.call("GET", path)

    answer = await darkroom.call(method, path, body, if_match=condition)

    assert answer.problem == (412, "precondition_failed")
    assert (await darkroom.call("GET", path)).text == before.text
    assert (await darkroom.intent("new.jpg")).status == 201


async def test_of_two_that_saw_the_same_only_the_first_changes_it(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    seen = await tag_of(darkroom, path)

    first = await darkroom.call("PATCH", path, {"name": "first.jpg"}, if_match=seen)
    second = await darkroom.call("PATCH", path, {"name": "second.jpg"}, if_match=seen)

    assert first.status == 200
    assert second.problem == (412, "precondition_failed")
    assert (await darkroom.call("GET", path)).json["name"] == "first.jpg"


async def test_a_delete_that_has_happened_may_be_repeated_as_it_was(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    seen = await tag_of(darkroom, path)

    first = await darkroom.call("DELETE", path, if_match=seen)
    again = await darkroom.call("DELETE", path, if_match=seen)

    assert (first.status, again.status) == (204, 204)


async def test_what_is_refused_anyway_is_told_before_a_version_out_of_date(
    darkroom: Darkroom,
) -> None:
    path = await darkroom.uploaded("a.jpg")
    await darkroom.uploaded("b.jpg")

    taken = await darkroom.call("PATCH", path, {"name": "b.jpg"}, if_match='"9"')
    foreign = await darkroom.call("DELETE", path, None, "bob", if_match='"9"')

    assert taken.problem == (409, "name_taken")
    assert foreign.problem == (403, "forbidden")


async def test_a_file_is_told_with_all_its_jobs_newest_first(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()
    clock.advance_ms(1_000)
    await darkroom.submit(path)

    file = (await darkroom.call("GET", path)).json

    assert [job["status"] for job in file["jobs"]] == ["queued", "done"]
    assert file["jobs"][0] == file["job"]


async def test_a_list_of_files_that_is_known_is_not_sent_again(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    first = await darkroom.call("GET", f"{ORDER}/files")
    tag = first.headers["etag"]
    known = await darkroom.call("GET", f"{ORDER}/files", if_none_match=tag)

    await darkroom.call("PATCH", path, {"marked": True})

    changed = await darkroom.call("GET", f"{ORDER}/files", if_none_match=tag)
    assert (told(known), known.text) == ((304, tag), "")
    assert changed.status == 200
    assert changed.headers["etag"] != tag
