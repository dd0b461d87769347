"""What the order of the queue rests on beside its tickets: the admin's reserve, and the team's handling times.

Handling times are measured anew every ten minutes from the newest of what the team finished. Each process measures for
itself and keeps one result; between two measurements it costs nothing. Knows no ticket of the queue.
"""

import threading
from datetime import datetime, timedelta

from copilot.configuration import ConfigurationCache
from copilot.queue import Terms
from copilot.store import finishing
from copilot.store.session import Session
from sla.handling import Finished, HandlingTimes, handling_times

LASTING = timedelta(minutes=10)


class TermsInForce:
    """The terms of one database; any thread may ask."""

    def __init__(self, configuration: ConfigurationCache) -> None:
        self.configuration = configuration
        self._measured: tuple[datetime, HandlingTimes] | None = None
        self._measuring = threading.Lock()

    def current(self, session: Session, now: datetime) -> Terms:
        """The terms at `now`."""
        return Terms(self.configuration.current(session).ranking.reserve, self._handling(session, now))

    def _handling(self, session: Session, now: datetime) -> HandlingTimes:
        """The last measurement, or a new one once it is old (or from after `now`: a clock was set back). Who asks while
        another thread measures is given the old one; there is none only at the start, and then both measure.
        """
        known = self._measured
        if known is not None and known[0] <= now < known[0] + LASTING:
            return known[1]
        mine = self._measuring.acquire(blocking=False)
        try:
            if not mine and known is not None:
                return known[1]
            found = handling_times(Finished(*row) for row in finishing.newest(session))
            self._measured = (now, found)
            return found
        finally:
            if mine:
                self._measuring.release()
