"""Patient loops for all that is done without a person: tickets, replies, alerts … A failure only pauses its loop."""

import threading
from collections.abc import Callable, Collection

import structlog

LONGEST_PAUSE = 30.0
CALM_SECONDS = 2.0
"""Pause of an idle loop that nobody waits for; its look for work may cost more than a glance at a state."""

log = structlog.get_logger(__name__)

Step = Callable[[], int]
"""Does some work and returns how much; 0 means that there was nothing to do."""


class Worker:
    """Runs each step in a thread of its own until stopped; the `calm` ones look for work less often."""

    def __init__(self, steps: dict[str, Step], poll_seconds: float, calm: Collection[str] = ()) -> None:
        self.steps, self.poll_seconds, self.calm = steps, poll_seconds, calm
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start every loop."""
        for name, step in self.steps.items():
            thread = threading.Thread(target=self._loop, args=(name, step), name=f"worker-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 30.0) -> None:
        """Ask every loop to end after its current step and wait for it, at most `timeout` seconds each."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout)
        self._threads.clear()

    def _loop(self, name: str, step: Step) -> None:
        failures = 0
        pause = max(self.poll_seconds, CALM_SECONDS) if name in self.calm else self.poll_seconds
        while not self._stop.is_set():
            try:
                done, failures = step(), 0
            except Exception as error:
                failures += 1
                done = 0
                log.warning(
                    "worker_step_failed", step=name, error=f"{type(error).__name__}: {error}", failures=failures
                )
            if not done:
                self._stop.wait(min(pause * 2**failures, LONGEST_PAUSE))
