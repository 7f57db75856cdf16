"""What becomes of one request: for its log line, the counters and its data point."""

from domain.canary import Decision
from domain.errors import Code
from domain.rollout import Cohort, Phase
from domain.views import rfc3339
from edge.data_points import DataPoint
from edge.exchange import Request, Response
from edge.flushing import flush_soon
from edge.placement import Placement
from edge.router import Route
from edge.sampling import is_drawn
from edge.services import Services
from edge.shadow import shadow_soon
from edge.telemetry import ERRORS_FROM, Served
from log import log

UNKNOWN = "unknown"  # the route of what is not ours
ORDINARY_BELOW = 400


class Visit:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.services: Services | None = None
        self.route: Route | None = None
        self.placement: Placement | None = None
        self.is_proxied = False
        self.code: Code | None = None
        self.is_ours_to_answer_for = True  # or the origin's, though it was ours to serve
        self.extra: tuple[tuple[str, str], ...] = ()  # headers, where there was no decision
        self._began_at_ms = request.clock()

    @property
    def ids(self) -> dict[str, object]:
        request = self.request
        facts: dict[str, object] = {"req_id": request.id, "method": request.method}
        return facts | ({"ray_id": request.trace.ray_id} if request.trace.ray_id else {})

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return self.placement.headers if self.placement else self.extra

    @property
    def decision(self) -> Decision | None:
        return self.placement.decision if self.placement else None

    @property
    def cohort(self) -> Cohort:
        return Cohort.PROXY if self.is_proxied else Cohort.NATIVE

    @property
    def phase(self) -> Phase | None:
        return self.route.phase if self.route else None

    def count(self, what: str) -> None:
        if self.services is not None:
            self.services.telemetry.happened(self._began_at_ms, what)

    def ended(self, response: Response) -> None:
        duration_ms = max(self.request.clock() - self._began_at_ms, 0)
        if self._is_told(response):
            self._log(response, duration_ms)
        if self.services is None:
            return
        self.services.points.write(self._point(response, duration_ms))
        self.services.telemetry.served(
            Served(
                at_ms=self._began_at_ms,
                cohort=self.cohort,
                phase=self.phase,
                status=response.status,
                duration_ms=max(duration_ms - self.request.errands.origin_ms, 0),
                is_timed=self._is_timed(),
                is_fault=self.is_ours_to_answer_for and response.status >= ERRORS_FROM,
            )
        )
        flush_soon(self.services, self._began_at_ms)
        if self.route and self.placement and self.placement.is_native:
            shadow_soon(self.route.pattern, self.request, self.services, response)

    def _is_timed(self) -> bool:
        """A long poll takes as long as nothing happens, an upload as long as its line."""
        is_ours = self.route is not None and self.route.is_timed
        return is_ours and "wait" not in self.request.query

    def _is_told(self, response: Response) -> bool:
        """Errors always; of the others a sample, drawn by the request's id."""
        if response.status >= ORDINARY_BELOW or self.services is None:
            return True
        return is_drawn(self.request.id, self.services.settings.success_sample_percent)

    def _log(self, response: Response, duration_ms: int) -> None:
        placement = self.placement
        facts: dict[str, object] = {
            "timestamp": rfc3339(self._began_at_ms),
            **self.ids,
            "route": self.route.pattern if self.route else UNKNOWN,
            "path": self._path(),
            "cohort": self.cohort,
            "phase": self.phase,
            "canary": placement.facts if placement else None,
            "status": response.status,
            "duration_ms": duration_ms,
            "origin_proxy": self.is_proxied,
        }
        if self.code is not None:
            facts["code"] = self.code
        if response.status >= ERRORS_FROM:
            facts["level"] = "error"
        log("request.served", **facts)

    def _path(self) -> str | None:
        """Of our own routes, for a stranger's path may name people; and so does a photo's key."""
        path = self.request.raw_path
        if self.route is None:
            return None
        return "/media/" if path.startswith("/media/") else path

    def _point(self, response: Response, duration_ms: int) -> DataPoint:
        route = self.route.pattern if self.route else UNKNOWN
        decision = self.decision
        return DataPoint(
            index=route[:96],
            blobs=(
                route,
                self.cohort.value,
                self.phase.value if self.phase else "",
                decision.tag if decision else "",
                decision.reason.value if decision else "",
                self.request.method,
            ),
            doubles=(float(response.status), float(duration_ms)),
        )
