"""The one place that reads the wall clock; everything else receives a `TimeSource` or an instant."""

from collections.abc import Callable
from datetime import UTC, datetime

TimeSource = Callable[[], datetime]


def system_time() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
