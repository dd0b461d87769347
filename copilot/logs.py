"""Structured logs on standard error: readable at a terminal, JSON otherwise. Never a message's text, never a secret."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Set up structlog and quieten the libraries that log every request."""
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level.upper(), 20)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for noisy in ("httpx", "httpx2", "sentence_transformers", "alembic", "openai", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
