"""Who is an operator: whoever has one of the tokens, however else they may be signed in."""

import pytest

from tests.unit.darkroom import Darkroom, a_request, a_token
from tests.unit.factories import FILE_ID, JOB_ID, OPERATOR_TOKEN

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

METRICS = "/ops/metrics"
NEEDED = (401, "operator_needed")


async def status_with(authorization: str, **settings: str) -> int:
    headers = {"authorization": authorization}
    return (await Darkroom(None, **settings).send(a_request("GET", METRICS, headers))).status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", METRICS),
        ("GET", "/ops/jobs"),
        ("GET", "/ops/dead"),
        ("GET", "/ops/audit"),
        ("GET", f"/ops/files/{FILE_ID}"),
        ("POST", "/ops/jobs/redrive"),
        ("POST", f"/ops/jobs/{JOB_ID}/cancel"),
        ("POST", f"/ops/files/{FILE_ID}/force-unlock"),
        ("POST", "/ops/orders/summer-42/rebuild"),
        ("POST", "/ops/dead/m1/discard"),
        ("GET", "/ops/rollout"),
        ("POST", "/ops/rollout/override-emergency"),
        ("GET", "/qa"),
    ],
)
async def test_a_session_is_not_enough(darkroom: Darkroom, method: str, path: str) -> None:
    nobody = await darkroom.send(a_request(method, path))
    alice = await darkroom.call(method, path)

    assert (nobody.problem, alice.problem) == (NEEDED, NEEDED)
    assert nobody.headers["www-authenticate"] == "Bearer"
    assert darkroom.actors.operations.calls == 0
    assert darkroom.actors.files.calls == 0


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer " + OPERATOR_TOKEN[:-1],
        "Bearer " + OPERATOR_TOKEN + "o",
        "Bearer olga:" + OPERATOR_TOKEN,
        "Bearer é" + OPERATOR_TOKEN,
        "Basic " + OPERATOR_TOKEN,
        OPERATOR_TOKEN,
        f"Bearer {a_token('olga')}",
    ],
)
async def test_another_token_is_refused(authorization: str) -> None:
    assert await status_with(authorization) == 401


@pytest.mark.parametrize("authorization", ["Bearer ", "bearer  "])
async def test_one_of_the_tokens_is_accepted(authorization: str) -> None:
    assert await status_with(authorization + OPERATOR_TOKEN) == 200


@pytest.mark.parametrize("token", ["a" * 16, "b" * 16, "c" * 16])
async def test_every_operator_is_one(token: str) -> None:
    tokens = f"a:{'a' * 16},b:{'b' * 16},b:{'c' * 16}"

    assert await status_with(f"Bearer {token}", operator_tokens=tokens) == 200


@pytest.mark.parametrize("authorization", ["Bearer ", f"Bearer {OPERATOR_TOKEN}"])
async def test_where_no_operator_is_named_nobody_is_one(authorization: str) -> None:
    assert await status_with(authorization, operator_tokens="") == 401


async def test_an_operators_token_is_no_session(darkroom: Darkroom) -> None:
    answer = await darkroom.operate("GET", "/api/notifications")

    assert answer.problem == (401, "unauthenticated")


async def test_an_operators_token_in_a_cookie_does_not_count(darkroom: Darkroom) -> None:
    headers = {"cookie": f"session={OPERATOR_TOKEN}"}

    assert (await darkroom.send(a_request("GET", METRICS, headers))).problem == NEEDED


async def test_no_operators_token_is_ever_logged(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await darkroom.operate("GET", METRICS)
    await darkroom.operate("POST", "/ops/orders/summer-42/pause", "why not")

    assert OPERATOR_TOKEN not in capsys.readouterr().out
