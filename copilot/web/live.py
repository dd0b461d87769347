"""Live pages: one stream a browser that says what changed, so that it can fetch just that.

The journal is the source: whatever is worth a look is recorded there. Events carry no content, only names: "queue",
"ticket-12", "kill-switch", "alert". The stream ends after some minutes; the browser comes back, and is
authenticated anew.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from litestar import Response, get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from copilot.alert_words import headline
from copilot.store import journal
from copilot.store.session import DatabaseDown
from copilot.store.tables import JournalEntry
from copilot.web.auth import Identity, needs_agent
from copilot.web.responses import AnyRequest, frame_of, html, page, trigger
from copilot.web.threads import in_thread
from copilot.wiring import Services

PAUSE = 0.5
PING_EVERY = 20.0
LIFETIME = 600.0
# entries are numbered before they are committed, so that one with a lower number can appear later
LOOK_BACK = 64
ALERTS = ("sla_warning", "sla_breach")
IN_APP = "notify in_app"
RECENT = 500  # entries
FRESH = timedelta(seconds=10)

log = structlog.get_logger(__name__)


class Follower:
    """Reads what was added to the journal since the last look."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.seen: deque[int] = deque(maxlen=LOOK_BACK * 16)
        self.cursor = -1

    def news(self) -> list[JournalEntry]:
        """Entries not seen before; the first look sees nothing and finds the place."""
        with self.services.db.read() as session:
            if self.cursor < 0:
                self.cursor = journal.newest_id(session)
                self.seen.extend(row.id or 0 for row in journal.after(session, self.cursor - LOOK_BACK))
                return []
            rows = journal.after(session, max(0, self.cursor - LOOK_BACK))
        fresh = [row for row in rows if row.id not in self.seen]
        self.seen.extend(row.id or 0 for row in fresh)
        self.cursor = max([self.cursor, *(row.id or 0 for row in fresh)])
        return fresh


def names(entries: Sequence[JournalEntry]) -> list[str]:
    """The events that these entries amount to, each once."""
    tickets = sorted({row.ticket_id for row in entries if row.ticket_id is not None})
    found = [f"ticket-{ticket_id}" for ticket_id in tickets]
    if tickets:
        found.append("queue")
    if any(row.kind == "settings_changed" and row.data.get("what") == "autonomy" for row in entries):
        found.append("kill-switch")
    if any(row.kind in ALERTS and IN_APP in row.data["actions"] for row in entries):
        found.append("alert")
    return found


class Listener:
    """One browser: names it has not been told yet. The same name twice is told once."""

    def __init__(self) -> None:
        self.pending: dict[str, None] = {}
        self.wake = asyncio.Event()

    def tell(self, names: Sequence[str]) -> None:
        """Remember names and wake the stream up."""
        self.pending.update(dict.fromkeys(names))
        self.wake.set()

    async def next(self) -> list[str]:
        """The names since the last call; empty when nothing came up for a while."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), PING_EVERY)
        told, self.pending = list(self.pending), {}
        self.wake.clear()
        return told


class Feed:
    """One look at the journal for all browsers of this process; looks only while somebody listens."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    async def events(self, services: Services) -> AsyncIterator[ServerSentEventMessage]:
        """Names as they come up, with a sign of life in between."""
        listener, ends = Listener(), asyncio.get_running_loop().time() + LIFETIME
        self.listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow(services))
        try:
            yield ServerSentEventMessage(comment="ready")
            while asyncio.get_running_loop().time() < ends:
                told = await listener.next()
                for name in told:
                    yield ServerSentEventMessage(event=name, data="changed")
                if not told:
                    yield ServerSentEventMessage(comment="still here")
        finally:
            self.listeners.discard(listener)

    async def _follow(self, services: Services) -> None:
        follower = Follower(services)
        while self.listeners:
            try:
                found = names(await in_thread(follower.news))
            except DatabaseDown:
                log.warning("live_feed_waits_for_the_database")
                found = []
            if found:
                for listener in self.listeners:
                    listener.tell(found)
            await asyncio.sleep(PAUSE)


def stream() -> Any:
    """The handler of the stream, with one feed for the process."""
    feed = Feed()

    @get("/live", guards=[needs_agent], include_in_schema=False)
    async def live(services: Services) -> ServerSentEvent:
        """The stream of names."""
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return ServerSentEvent(feed.events(services), headers=headers, retry_duration=1000)

    return live


@get("/live/kill-switch", sync_to_thread=True, guards=[needs_agent], include_in_schema=False)
def kill_banner(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The banner that says that everything is stopped, or nothing."""
    return page("kill_banner.html", frame=frame_of(request, services, identity))


@get("/live/alerts", sync_to_thread=True, guards=[needs_agent], include_in_schema=False)
def alert_toast(services: Services) -> Response[str]:
    """A short message about the alerts of the last seconds, or nothing."""
    with services.db.read() as session:
        rows = journal.after(session, journal.newest_id(session) - RECENT)
    since = services.now() - FRESH
    told = [row for row in rows if row.kind in ALERTS and row.at >= since and IN_APP in row.data["actions"]]
    if not told:
        return html("")
    newest = told[-1]
    words = headline(newest.data["metric"], newest.data["share"], newest.ticket_id or 0)
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return html("", headers=trigger(toast={"text": f"{words}{more}", "tone": "plain"}))
