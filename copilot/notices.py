"""Honest word to the customer: when a promise is going to be missed, when to expect the answer instead.

Off until an admin turns it on and has approved a template for the customer's language; at most one notice a timer;
never counted as a response. The expected answer follows from the ranked queue: the ticket in place n is answered once
the agents, working side by side, have spent the usual handling time on it and on those before it, in the opening hours
of its policy. Who is likely to be late by that is told a time with a margin for newcomers and for slow work, so that it
is kept four times of five. A look goes through at most `MOST_PLACES` places, the next one through those behind them, so
that in a longer queue everybody is looked at every few minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from copilot import promises, queue
from copilot.channels.transport import OutgoingReply, Transport
from copilot.configuration import ConfigurationCache
from copilot.notice_settings import NoticeSettings
from copilot.outbox import machine_subject
from copilot.promises import PromiseBook
from copilot.queue import QueuePlace, Terms
from copilot.queue_terms import TermsInForce
from copilot.store import accounts, journal, notifications, tickets
from copilot.store.notifications import CUSTOMER
from copilot.store.session import Database, Session
from copilot.store.tables import Message, Notification, Ticket
from copilot.timesource import TimeSource
from sla.notices import MissNotice, Wait, expected_wait, notice_text, will_miss
from sla.policies import Metric, Policy
from sla.timers import Timer, read_instant

EVERY = timedelta(seconds=60)
CHUNK = 500
MOST_AT_ONCE = 50
MOST_PLACES = 5_000
RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)


@dataclass(frozen=True, slots=True)
class Late:
    """A ticket that is likely to be answered late, after so much working time from now."""

    ticket_id: int
    wait: Wait


class Notices:
    """The worker's step: looks at the queue now and then, a part of it when it is long."""

    def __init__(
        self, db: Database, now: TimeSource, configuration: ConfigurationCache, book: PromiseBook, terms: TermsInForce
    ) -> None:
        self.db, self.now, self.configuration, self.book, self.terms = db, now, configuration, book, terms
        self._next_look: datetime | None = None
        self._offset = 0

    def look(self) -> int:
        """Decide on notices; returns how many tickets were looked at closely. Does nothing between two looks."""
        now = self.now()
        if self._next_look is not None and self._next_look - EVERY <= now < self._next_look:
            return 0
        self._next_look = now + EVERY
        with self.db.read() as session:
            settings = in_force(session, self.configuration)
            late = [] if settings is None else self._find(session, settings, now)
        for one in late:
            with self.db.write() as session:
                settings = in_force(session, self.configuration)
                if settings is not None:
                    decide(session, one, settings, self.book, now)
        return len(late)

    def _find(self, session: Session, settings: NoticeSettings, now: datetime) -> list[Late]:
        """Who is late among the next places; once the queue ends, the next look begins at its head."""
        terms, offset = self.terms.current(session, now), self._offset
        places = queue.ranked(session, now, terms, limit=MOST_PLACES, offset=offset)
        self._offset = offset + MOST_PLACES if len(places) == MOST_PLACES else 0
        return find_late(session, settings, self.book, now, terms, places)


def in_force(session: Session, configuration: ConfigurationCache) -> NoticeSettings | None:
    """The settings, or None while nothing may be told: not turned on, or everything stopped by the kill switch."""
    current = configuration.current(session)
    return current.notices if current.notices.enabled and not current.autonomy.kill_switch else None


def find_late(
    session: Session,
    settings: NoticeSettings,
    book: PromiseBook,
    now: datetime,
    terms: Terms,
    places: Sequence[QueuePlace],
) -> list[Late]:
    """Those in these places of the queue that will probably be answered late and whose customers have not been told,
    first in the queue first, at most `MOST_AT_ONCE`.
    """
    found, waits = list[Late](), expected_waits(session, now, terms, places)
    ids = list(waits)
    for start in range(0, len(ids), CHUNK):
        rows = tickets.by_ids(session, ids[start : start + CHUNK])
        customers = tickets.customers(session, sorted({row.customer_id for row in rows.values()}))
        owed = [(rows[id], timer) for id in ids[start : start + CHUNK] if id in rows for timer in owed_by(rows[id])]
        told = notifications.known(session, [ref_of_row(ticket, timer) for ticket, timer in owed])
        for ticket, timer in owed:
            wait = waits[ticket.id or 0]
            news = ticket.language in settings.templates and ref_of_row(ticket, timer) not in told
            if not news:
                continue
            policy = promises.base_policy(session, ticket, customers[ticket.customer_id], book)
            if _likely_late(policy, timer, wait.likely, now):
                found.append(Late(ticket.id or 0, wait))
        if len(found) >= MOST_AT_ONCE:
            break
    return found[:MOST_AT_ONCE]


def expected_waits(session: Session, now: datetime, terms: Terms, places: Sequence[QueuePlace]) -> dict[int, Wait]:
    """The wait of each ticket, from its place and the mean handling to expect of those up to it; for those before the
    first of `places` the team's.
    """
    agents, waits = max(1, accounts.active_agents(session)), dict[int, Wait]()
    load = queue.load(session, now, times=terms.times).utilisation
    work = terms.times.team * (places[0].rank - 1 if places else 0)
    for place in places:
        work += place.row.item.expected_handling
        waits[place.entry.id] = expected_wait(place.rank, agents, work / place.rank, load)
    return waits


def owed_by(ticket: Ticket) -> list[dict[str, Any]]:
    """The stored timers of the responses that the customer waits for and that fall due."""
    return [row for row in ticket.timers if row["metric"] in RESPONSES and row["stopped_at"] is None and row["due_at"]]


def ref_of(ticket_id: int, metric: str, started_at: datetime) -> str:
    """Names the only notice that a timer can get."""
    return f"notice-{ticket_id}-{metric.replace('_', '-')}-{int(started_at.timestamp() * 1_000_000)}"


def ref_of_row(ticket: Ticket, row: Mapping[str, Any]) -> str:
    """As `ref_of`, from a stored timer."""
    return ref_of(ticket.id or 0, row["metric"], read_instant(row["started_at"], "started_at"))


def _likely_late(policy: Policy, row: Mapping[str, Any], wait: timedelta, now: datetime) -> bool:
    """A first look without a replay, by the stored timer."""
    expected = policy.calendar.in_timezone(row["timezone"]).add(now, wait)
    return expected > read_instant(row["due_at"], "due_at")


def decide(
    session: Session, late: Late, settings: NoticeSettings, book: PromiseBook, now: datetime
) -> Notification | None:
    """Put the notice among the notifications, unless the ticket is being answered or the promise can still be kept."""
    ticket = tickets.lock(session, late.ticket_id)
    template = settings.templates.get(ticket.language)
    if template is None or ticket.reply_pending or ticket.status not in tickets.QUEUED:
        return None
    standing = standing_now(session, ticket, book, now)
    for timer in waiting(standing.timers):
        hours = standing.policy.calendar.in_timezone(timer.timezone)
        likely, safe = (hours.add(standing.at, wait) for wait in (late.wait.likely, late.wait.safe))
        miss, ref = will_miss(timer, standing.at, likely, safe), ref_of(late.ticket_id, timer.metric, timer.started_at)
        if miss is not None and not notifications.known(session, [ref]):
            return put(session, ticket, miss, ref, notice_text(miss, ticket.language, template=template), now)
    return None


def put(session: Session, ticket: Ticket, miss: MissNotice, ref: str, text: str, now: datetime) -> Notification:
    """Store the notice that is to leave."""
    ticket_id = ticket.id or 0
    note = Notification(
        ticket_id=ticket_id, ref=ref, way=CUSTOMER, payload={"body": text}, work_after=now, created_at=now
    )
    session.add(note)
    journal.record(
        session, now, "notice_decided", ticket_id, ref=ref, metric=miss.metric, due=miss.due_at.isoformat(),
        expected=miss.expected_at.isoformat(), language=ticket.language,
    )  # fmt: skip
    return note


def standing_now(session: Session, ticket: Ticket, book: PromiseBook, now: datetime) -> promises.Standing:
    """The ticket's promises, replayed."""
    customer, rows = tickets.customer_of(session, ticket), tickets.sla_events(session, ticket.id or 0)
    return promises.standing_of(session, ticket, customer, rows, book, now)


def waiting(timers: Sequence[Timer]) -> list[Timer]:
    """The responses that the customer waits for."""
    return [timer for timer in timers if timer.is_open and timer.metric in RESPONSES]


class NoticeDesk:
    """What the delivery of a notice needs to know and to record."""

    def __init__(self, transport: Transport, configuration: ConfigurationCache, book: PromiseBook) -> None:
        self.transport, self.configuration, self.book = transport, configuration, book

    def obsolete(self, session: Session, note: Notification, now: datetime) -> str | None:
        """Why it must not leave any more, or None."""
        if in_force(session, self.configuration) is None:
            return "Notices are stopped."
        ticket = tickets.find(session, note.ticket_id)
        if ticket.reply_pending:
            return "A reply is on its way."
        if ticket.status not in tickets.QUEUED:
            return f"The ticket is {ticket.status}."
        timers = waiting(standing_now(session, ticket, self.book, now).timers)
        if note.ref not in [ref_of(note.ticket_id, timer.metric, timer.started_at) for timer in timers]:
            return "It has been answered."
        return None

    def outgoing(self, session: Session, note: Notification) -> OutgoingReply:
        """The notice as its transport needs it."""
        ticket = tickets.find(session, note.ticket_id)
        to = tickets.customer_of(session, ticket).email
        return OutgoingReply(
            message_ref=note.ref,
            ticket_id=note.ticket_id,
            external_id=ticket.external_id,
            channel=ticket.channel,
            recipient=to,
            subject=machine_subject(session, ticket, to),
            body=note.payload["body"],
            auto_sent=True,
            decided_at=note.created_at,
            notice=True,
        )

    def told(self, session: Session, note: Notification, now: datetime) -> None:
        """Record in the conversation that the customer was told; no event, since nothing was answered."""
        session.add(
            Message(
                ticket_id=note.ticket_id, external_id=note.ref, direction="outbound", body=note.payload["body"], at=now,
                auto_sent=True, notice=True,
            )
        )  # fmt: skip
        tickets.find(session, note.ticket_id).updated_at = now
