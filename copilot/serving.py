"""Runs the long-lived processes: the web service, and the worker on its own."""

import signal
import threading

import structlog

from copilot.errors import Unavailable
from copilot.settings import Settings
from copilot.wiring import Services, build
from knowledge.embedding import EmbedderUnavailable

log = structlog.get_logger(__name__)


def serve(settings: Settings, host: str, port: int, *, with_worker: bool) -> None:
    """Answer requests until stopped."""
    run_web(build(settings), host, port, with_worker=with_worker)


def run_web(services: Services, host: str, port: int, *, with_worker: bool) -> None:
    """Run the web server over these services, which it closes at the end."""
    import uvicorn

    from copilot.app import create_app

    warm_up(services, with_index=with_worker)
    app = create_app(services, with_worker=with_worker)
    uvicorn.run(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip


def work(settings: Settings) -> None:
    """Run the worker's loops until SIGTERM or SIGINT."""
    services = build(settings)
    if services.db.is_sqlite:
        services.close()
        raise Unavailable("A separate worker needs PostgreSQL; with SQLite the service processes tickets itself.")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    services.worker.start()
    log.info("worker_started")
    stop.wait()
    services.close()


def warm_up(services: Services, *, with_index: bool) -> None:
    """Load the model in the background, so that the first ticket does not wait for it, and say in the log when it or
    the index cannot be used."""

    def load() -> None:
        try:
            services.embedder.encode(["warm up"])
            if with_index:
                services.knowledge.check()
        except EmbedderUnavailable as error:
            log.error("embedder_unavailable", reason=str(error))
        except Unavailable as error:
            log.warning("index_unavailable", reason=error.message)

    threading.Thread(target=load, name="warm-up", daemon=True).start()
