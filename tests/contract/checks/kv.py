"""What a KV binding does with one key, in workerd only: nothing of ours stands before it yet."""

import json
from typing import Protocol


class Kv(Protocol):
    async def put(self, key: str, value: str) -> None: ...
    async def get(self, key: str) -> str | None: ...
    async def delete(self, key: str) -> None: ...


async def a_key_nobody_put_is_none(kv: Kv) -> None:
    assert await kv.get("missing") is None


async def a_text_is_got_as_it_was_put(kv: Kv) -> None:
    text = json.dumps({"canary_percent": 10, "tag": "caf\u00e9 海"}, ensure_ascii=False)

    await kv.put("rollout", text)

    assert await kv.get("rollout") == text


async def a_key_put_again_has_its_new_value(kv: Kv) -> None:
    await kv.put("changed", "first")

    await kv.put("changed", "second")

    assert await kv.get("changed") == "second"


async def a_deleted_key_is_none(kv: Kv) -> None:
    await kv.put("deleted", "there")

    await kv.delete("deleted")

    assert await kv.get("deleted") is None
