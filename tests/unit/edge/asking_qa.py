"""Before an origin that is well, with a rollout at ten percent under a cap of five; and `/qa`."""

import json
from typing import Any

from domain.rollout import KEY
from edge.exchange import Native, Response
from edge.health import HEALTH
from edge.proxy import Outgoing
from tests.unit.darkroom import Answer, Darkroom
from tests.unit.edge.rollouts import with_rollout

BASE = "https://legacy.example"
CONFIG = {"canary_percent": 10, "canary_tag": "B2a", "phases": ["b1a"], "generation": 7}
SECRET = "c" * 32


class NoOrigin:
    async def send(self, native: Native, outgoing: Outgoing) -> Response:
        raise AssertionError((native, outgoing))


def migrating(config: dict[str, object] | None = None, **settings: object) -> Darkroom:
    facts: dict[str, object] = {"origin_api_base": BASE, "canary_secret": SECRET}
    darkroom = Darkroom(NoOrigin(), **(facts | settings))
    darkroom.web.answer(f"{BASE}{HEALTH}", "ok")
    darkroom.config.values[KEY] = json.dumps(config or CONFIG)
    with_rollout(darkroom)
    return darkroom


async def asked(darkroom: Darkroom, **headers: str) -> Answer:
    return await darkroom.operate("GET", "/qa", headers=headers)


async def told(darkroom: Darkroom, **headers: str) -> Any:
    answer = await asked(darkroom, **headers)
    assert answer.status == 200, answer.text
    return answer.json
