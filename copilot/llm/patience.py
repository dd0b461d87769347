"""How much is asked of a server: so many requests at once, those of waiting people first, and none after failures."""

import threading
from collections.abc import Callable
from time import monotonic

from copilot.errors import Unavailable

FAILURES_TO_OPEN = 3
SECONDS_OPEN = 30.0


class CircuitBreaker:
    """After some failures in a row, refuses for a while instead of making everybody wait for the deadline."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._lock = threading.Lock()

    def refuse_if_open(self, name: str) -> None:
        """Raise `Unavailable` while open."""
        if self._clock() < self._open_until:
            raise Unavailable(f"{name} failed {FAILURES_TO_OPEN} times in a row; it is left alone for a while.")

    def record(self, *, ok: bool) -> None:
        """Count an outcome; the last of too many failures opens the breaker."""
        with self._lock:
            self._failures = 0 if ok else self._failures + 1
            if self._failures >= FAILURES_TO_OPEN:
                self._failures, self._open_until = 0, self._clock() + SECONDS_OPEN


class Slots:
    """At most `limit` at once; whoever is urgent goes before all others that wait."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._urgent = 0
        self._changed = threading.Condition()

    def take(self, seconds: float, *, urgent: bool) -> bool:
        """Wait for a place; False when none came free in time."""
        with self._changed:
            self._urgent += urgent
            try:
                taken = self._changed.wait_for(lambda: self._free > 0 and (urgent or not self._urgent), seconds)
                self._free -= taken
                return taken
            finally:
                self._urgent -= urgent
                self._changed.notify_all()

    def give_back(self) -> None:
        """Let the next one in."""
        with self._changed:
            self._free += 1
            self._changed.notify_all()
