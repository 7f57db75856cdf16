"""What a call of an actor brings back. Each check has actors of its own, which do `echoed`."""

import json
from dataclasses import dataclass

from actors.calls import Namespace
from actors.client import FileClient
from actors.remote import accepted, refused
from domain.errors import Code, Outage, Refusal
from domain.messages.file import Submit, Submitted
from tests.contract.checks.raising import raised_awaiting

REFUSAL = Refusal(Code.JOB_ACTIVE, "caf\u00e9 海 😀", {"job_id": "job_1", "since_ms": 2**52})


def echoed(name: str, text: str) -> str:
    """What an actor of that name answers: refuses, breaks, or says the same again."""
    job_id = json.loads(text)["job_id"]
    if job_id == "refuse":
        return refused(REFUSAL)
    if job_id == "break":
        raise KeyError("a secret of the actor")
    if job_id == "name":
        return accepted(Submitted(job_id=name))
    return accepted(Submitted(job_id=job_id))


@dataclass(frozen=True, slots=True)
class Echoes:
    namespace: Namespace
    root: str  # before every name of one check

    async def ask(self, name: str, job_id: str) -> str:
        message = Submit(caller_id="alice", order_id="o", job_id=job_id)
        return (await FileClient(self.namespace).submit(self.root + name, message)).job_id


async def a_reply_comes_back(echoes: Echoes) -> None:
    assert await echoes.ask("a", "job_1") == "job_1"


async def text_of_any_language_comes_back_as_it_went_in(echoes: Echoes) -> None:
    text = "caf\u00e9 cafe\u0301 海 😀 'quoted' \"twice\" \\ \n\t\u2028\x00"

    assert await echoes.ask("a", text) == text


async def a_megabyte_comes_back_as_it_went_in(echoes: Echoes) -> None:
    text = "0123456789abcdé\n" * 65_536

    assert await echoes.ask("a", text) == text


async def a_refusal_comes_back_as_one(echoes: Echoes) -> None:
    error = await raised_awaiting(echoes.ask("a", "refuse"))

    assert isinstance(error, Refusal)
    assert (error.code, error.detail) == (REFUSAL.code, REFUSAL.detail)
    assert error.facts == REFUSAL.facts


async def a_bug_in_an_actor_is_an_outage_of_one_line(echoes: Echoes) -> None:
    error = await raised_awaiting(echoes.ask("a", "break"))

    assert isinstance(error, Outage)
    assert str(error).startswith("file actor: ")
    assert "\n" not in str(error)
    assert "Traceback" not in str(error)


async def an_actor_answers_again_after_a_bug(echoes: Echoes) -> None:
    await raised_awaiting(echoes.ask("a", "break"))

    assert await echoes.ask("a", "job_1") == "job_1"


async def each_name_is_an_actor_of_its_own(echoes: Echoes) -> None:
    names = [await echoes.ask(name, "name") for name in ("a", "b", "a")]

    assert names == [echoes.root + name for name in ("a", "b", "a")]
