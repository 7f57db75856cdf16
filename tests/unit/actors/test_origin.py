"""In what words an origin is told of a file, and what its answer means."""

import json

import pytest

from actors.origin import Origin
from domain.errors import Outage
from tests.fakes.memory_web import MemoryWeb
from tests.unit.actors.adopted import BASE, BOTH, TOKEN, told_of
from tests.unit.factories import FILE_ID, NOW, an_upload, some_settings

PATH = f"{BASE}/internal/files/{FILE_ID}"


def an_origin(web: MemoryWeb) -> Origin:
    origin = Origin.of(some_settings(**BOTH), web)
    assert origin is not None
    return origin


@pytest.mark.anyio
async def test_it_is_told_in_agreed_words_and_with_its_token() -> None:
    web = MemoryWeb()
    web.answer(PATH, "{}", 201, "PUT")
    origin = an_origin(web)

    answered = await origin.tell(told_of(version=4, name="new.jpg", marked=True))

    (asked,) = web.asked
    assert asked.headers == {"content-type": "application/json", "x-internal-token": TOKEN}
    assert json.loads(asked.body or "") == {
        "upload": an_upload().model_dump() | {"created_at": NOW},
        "name": "new.jpg",
        "marked": True,
        "deleted": False,
        "version": 4,
    }
    assert not answered.is_refusal
    assert TOKEN not in repr(origin)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 408, 413, 429, 500, 503])
async def test_most_answers_are_outages_for_they_may_be_mended(status: int) -> None:
    web = MemoryWeb()
    web.answer(PATH, "", status, "PUT")

    with pytest.raises(Outage, match=str(status)):
        await an_origin(web).tell(told_of())


@pytest.mark.anyio
@pytest.mark.parametrize("status", [409, 410, 422])
async def test_some_are_its_last_word(status: int) -> None:
    web = MemoryWeb()
    web.answer(PATH, "", status, "PUT")

    answered = await an_origin(web).tell(told_of())

    assert (answered.status, answered.is_refusal) == (status, True)


def test_standing_alone_there_is_no_origin() -> None:
    assert Origin.of(some_settings(), MemoryWeb()) is None
