"""For machines that watch the service: alive, ready, counted."""

from typing import Any

from litestar import MediaType, Response, get

from copilot import health, metrics
from copilot.wiring import Services


@get("/health", sync_to_thread=False, exclude_from_auth=True)
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/ready", sync_to_thread=True, exclude_from_auth=True)
def ready(services: Services) -> Response[dict[str, Any]]:
    """Database, index and model work; 503 and the reason when one does not."""
    parts = health.examine(services)
    ok = health.needed_to_serve(parts)
    body = {"ready": ok, "parts": {part.name: {"ok": part.ok, "detail": part.detail} for part in parts}}
    return Response(body, status_code=200 if ok else 503)


@get("/metrics", sync_to_thread=True, exclude_from_auth=True, media_type=MediaType.TEXT)
def prometheus(services: Services) -> bytes:
    """Prometheus text format."""
    return metrics.exposition(services.db, services.knowledge.progress)
