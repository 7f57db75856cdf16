"""The backend that we migrate from, as actors address it: to be told of files as they are here."""

from dataclasses import dataclass, field
from typing import Final, Self

from actors.effects import TellOrigin
from domain.errors import Outage
from domain.limits import ORIGIN_ANSWER_BYTES_MAX, ORIGIN_TIMEOUT_MS
from domain.settings import Settings
from domain.values import Value
from domain.views import rfc3339
from storage.web import Web, WebRequest

SUCCESS: Final = range(200, 300)
# They say that this very state is not to be had, now or later. Anything else may be mended.
REFUSALS: Final = frozenset({409, 410, 422})


class UploadTold(Value):
    """As it was at finalize, or as the origin itself has told of it."""

    file_id: str
    order_id: str
    owner_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    etag: str
    created_at: str


class FileTold(Value):
    """The body of `PUT /internal/files/{id}`. Of two, the one with the higher version counts."""

    upload: UploadTold
    name: str
    marked: bool
    deleted: bool
    version: int


class OriginAnswered(Value):
    status: int

    @property
    def is_refusal(self) -> bool:
        return self.status in REFUSALS


@dataclass(frozen=True, slots=True)
class Origin:
    web: Web
    base: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings, web: Web) -> Self | None:
        """None, where there is none to be told."""
        if not settings.tells_origin:
            return None
        return cls(web, settings.origin_api_base, settings.origin_internal_token)

    async def tell(self, effect: TellOrigin) -> OriginAnswered:
        """`Outage`: it is to be told again. Else it has heard, or will never have it so."""
        request = WebRequest(
            "PUT",
            f"{self.base}/internal/files/{effect.upload.file_id}",
            {"content-type": "application/json", "x-internal-token": self.token},
            _told(effect).model_dump_json(),
        )
        answer = await self.web.ask(
            request, timeout_ms=ORIGIN_TIMEOUT_MS, bytes_max=ORIGIN_ANSWER_BYTES_MAX
        )
        answered = OriginAnswered(status=answer.status)
        if answer.status in SUCCESS or answered.is_refusal:
            return answered
        raise Outage(f"the origin answered {answer.status}")


def _told(effect: TellOrigin) -> FileTold:
    facts = {**effect.upload.model_dump(), "created_at": rfc3339(effect.created_at_ms)}
    return FileTold(
        upload=UploadTold.model_validate(facts),
        name=effect.name,
        marked=effect.marked,
        deleted=effect.deleted,
        version=effect.version,
    )
