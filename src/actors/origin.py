"""The backend that we migrate from, as actors address it: to be told of what was finalized here."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

from actors.effects import RegisterUpload
from domain.errors import Outage
from domain.limits import ORIGIN_ANSWER_BYTES_MAX, REGISTER_TIMEOUT_MS
from domain.settings import Settings
from domain.values import Value
from domain.views import rfc3339
from storage.web import Web, WebRequest


class UploadTold(Value):
    """The body of `POST /internal/files`."""

    file_id: str
    order_id: str
    owner_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    etag: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Origin:
    web: Web
    base: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings, web: Web) -> Self | None:
        """None, where there is none to be told."""
        if not settings.registers_uploads:
            return None
        return cls(web, settings.origin_api_base, settings.origin_internal_token)

    async def register(self, effect: RegisterUpload) -> None:
        """Whatever it answers but that it has: to be told again."""
        facts = effect.upload.model_dump() | {"name": effect.name}
        told = UploadTold.model_validate(facts | {"created_at": rfc3339(effect.created_at_ms)})
        request = WebRequest(
            "POST",
            f"{self.base}/internal/files",
            {"content-type": "application/json", "x-internal-token": self.token},
            told.model_dump_json(),
        )
        answer = await self.web.ask(
            request, timeout_ms=REGISTER_TIMEOUT_MS, bytes_max=ORIGIN_ANSWER_BYTES_MAX
        )
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Outage(f"the origin answered {answer.status}")
