"""The workspace: the queue, an open ticket, and what an agent does to a ticket besides its draft."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery, URLEncodedBody

from copilot import citing, corrections, intake, promises
from copilot.intake import NewMessage
from copilot.queue import Terms, ranked, reasons
from copilot.store import drafts, outbox, spending, tickets, waiting
from copilot.store.session import Session
from copilot.store.tables import Draft, Ticket
from copilot.store.waiting import Shown
from copilot.web import presenters, queue_presenter, wording
from copilot.web.auth import Identity, needs_agent
from copilot.web.forms import MessageForm, StatusForm, TriageForm, undo_delay, unique
from copilot.web.parameters import Id
from copilot.web.promise_told import telling, titles_of
from copilot.web.responses import AnyRequest, frame_of, page, toast, wants_fragment
from copilot.web.views import DraftView, QueuePage, TicketView
from copilot.wiring import Services

MOST_ROWS = 60
LONGEST_SEARCH = 200


@get("/", sync_to_thread=True, guards=[needs_agent])
def workspace(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The queue with no ticket open."""
    return whole_page(request, services, identity, None)


@get("/tickets/{id:int}", sync_to_thread=True, guards=[needs_agent])
def open_ticket(request: AnyRequest, id: Id, services: Services, identity: Identity) -> Response[str]:
    """A ticket, alone for htmx or within the whole workspace."""
    return ticket_fragment(services, id) if wants_fragment(request) else whole_page(request, services, identity, id)


@get("/queue", sync_to_thread=True, guards=[needs_agent])
def queue_rows(services: Services, q: FromQuery[str] = "", filter: FromQuery[str] = "all") -> Response[str]:
    """The rows of the queue."""
    with services.db.read() as session:
        return page("workspace/rows.html", queue=queue_page(session, services, q, filter))


@post("/tickets/{id:int}/status", sync_to_thread=True, guards=[needs_agent], status_code=200)
def change_status(data: URLEncodedBody[StatusForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """Set the status."""
    with services.db.write() as session:
        intake.set_status(session, id, data.status, services.book, services.now(), identity.name)
    return ticket_fragment(services, id, toast(f"Status: {wording.label(wording.STATUSES, data.status)}."))


@post("/tickets/{id:int}/triage", sync_to_thread=True, guards=[needs_agent], status_code=200)
def correct_triage(data: URLEncodedBody[TriageForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """Correct category, mood or priority."""
    now, book, by = services.now(), services.book, identity.name
    with services.db.write() as session:
        current = services.configuration.current(session)
        if data.category is not None:
            corrections.set_category(session, id, data.category or None, current, book, now, by)
        if data.sentiment:
            corrections.set_sentiment(session, id, data.sentiment, current, book, now, by)
        if data.priority:
            corrections.set_priority(session, id, data.priority, book, now, by)
    learned = "Triage leaves this as you set it" + ("." if data.priority else ", and learns from it.")
    return ticket_fragment(services, id, toast(f"Corrected. {learned}"))


@post("/tickets/{id:int}/messages", sync_to_thread=True, guards=[needs_agent], status_code=200)
def write_message(data: URLEncodedBody[MessageForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """Send a reply of one's own, or leave a note."""
    now = services.now()
    with services.db.write() as session:
        if data.kind == "note":
            note = NewMessage(unique("note"), data.body, "note", None, identity.name)
            intake.add_message(session, id, note, services.book, now)
            return_headers = toast("Note added.")
        else:
            item = intake.write_reply(session, id, data.body, identity.name, now, undo_delay(services))
            citing.cite_in_reply(session, id, data.passages, now, identity.name)
            seconds = services.settings.undo_seconds
            return_headers = toast("Sending", undo=f"/outbox/{item.id}/cancellation", seconds=seconds)
    return ticket_fragment(services, id, return_headers)


def whole_page(request: AnyRequest, services: Services, identity: Identity, id: int | None) -> Response[str]:
    """The workspace, with this ticket open."""
    frame = frame_of(request, services, identity)
    with services.db.read() as session:
        view = None if id is None else ticket_view(session, services, id)
        queue = queue_page(session, services, selected=id)
    return page("workspace/page.html", frame=frame, queue=queue, ticket=view)


def ticket_fragment(services: Services, id: int, headers: dict[str, str] | None = None) -> Response[str]:
    """The open ticket alone."""
    with services.db.read() as session:
        return page("workspace/ticket.html", headers=headers, ticket=ticket_view(session, services, id))


def next_fragment(services: Services, headers: dict[str, str]) -> Response[str]:
    """The ticket that matters most now, or the empty place when nobody waits; the address follows."""
    with services.db.read() as session:
        now = services.now()
        places = ranked(session, now, services.terms.current(session, now), limit=1)
        if places:
            view = ticket_view(session, services, places[0].entry.id)
            address = {"hx-push-url": f"/tickets/{view.ticket_id}"}
            return page("workspace/ticket.html", headers={**headers, **address}, ticket=view)
    empty = QueuePage((), 0)
    return page("workspace/no_ticket.html", headers={**headers, "hx-push-url": "/"}, queue=empty)


def queue_page(
    session: Session, services: Services, text: str = "", filter_name: str = "all", selected: int | None = None
) -> QueuePage:
    """The rows shown: the ranked queue, or whatever a search finds in any status."""
    now, text, shown = services.now(), " ".join(text.split())[:LONGEST_SEARCH], queue_presenter.chosen(filter_name)
    counts = {name: waiting.count(session, name, now) for name in queue_presenter.FILTERS}
    terms = services.terms.current(session, now)
    found = _found(session, now, terms, text) if text else _first(session, now, terms, shown)
    return QueuePage(
        rows=_rows(session, services, found, selected),
        total=len(found) if text else counts[shown],
        filters=queue_presenter.filters(counts, shown),
        query=text,
        filter_name=filter_name,
        selected_id=selected,
    )


_Found = tuple[Ticket, int, str]


def _first(session: Session, now: datetime, terms: Terms, shown: Shown) -> list[_Found]:
    """The first tickets of the queue, with rank and reason."""
    places = ranked(session, now, terms, limit=MOST_ROWS, shown=shown)
    by_id = tickets.by_ids(session, [place.entry.id for place in places])
    return [(by_id[place.entry.id], place.rank, place.why) for place in places if place.entry.id in by_id]


def _found(session: Session, now: datetime, terms: Terms, text: str) -> list[_Found]:
    """What a search finds, unranked; a ticket that waits for nobody says its status."""
    rows = tickets.recent(session, MOST_ROWS, text)
    why = reasons(session, now, [row.id or 0 for row in rows], terms)
    return [(row, 0, why.get(row.id or 0, wording.label(wording.STATUSES, row.status))) for row in rows]


def _rows(session: Session, services: Services, found: list[_Found], selected: int | None) -> tuple[Any, ...]:
    ids = [ticket.id or 0 for ticket, _, _ in found]
    customers = tickets.customers(session, sorted({ticket.customer_id for ticket, _, _ in found}))
    conversations, newest = tickets.messages_of(session, ids), drafts.newest_of(session, ids)
    titles = {row.name: row.title or row.name for row in services.configuration.current(session).categories}
    now = services.now()
    return tuple(
        queue_presenter.row_view(
            ticket, customers[ticket.customer_id], conversations[ticket.id or 0], newest.get(ticket.id or 0), titles,
            now, rank=rank, why=why, selected=ticket.id == selected,
        )
        for ticket, rank, why in found
    )  # fmt: skip


def ticket_view(session: Session, services: Services, id: int) -> TicketView:
    """Everything about one ticket, its timers replayed for this very moment."""
    now, ticket = services.now(), tickets.find(session, id)
    customer, events = tickets.customer_of(session, ticket), tickets.sla_events(session, id)
    timers = promises.timers_of(session, ticket, customer, events, services.book, now)
    base = promises.base_policy(session, ticket, customer, services.book)
    policy = promises.current_policy(base, promises.read_events(session, events, services.book))
    draft = drafts.newest(session, id)
    state, notice = presenters.draft_state(ticket, draft)
    support, categories = services.settings.support_name, services.configuration.current(session).categories
    return TicketView(
        ticket_id=id,
        subject=ticket.subject,
        customer=customer.name or customer.email,
        email=customer.email,
        segment=customer.segment,
        channel=wording.label(wording.CHANNELS, ticket.channel),
        status=ticket.status,
        statuses=presenters.choices(wording.STATUSES, ticket.status),
        messages=presenters.conversation(
            tickets.messages(session, id), outbox.of_ticket(session, id), support, now
        ),
        triage=presenters.triage_view(ticket, categories),
        timers=presenters.timer_views(timers, telling(policy, now.date(), titles_of(categories))),
        policy=policy.name,
        draft=shown_draft(session, services, draft) if draft else None,
        draft_state=state,
        draft_notice=notice,
    )  # fmt: skip


def shown_draft(session: Session, services: Services, draft: Draft) -> DraftView:
    """The draft in the wording shown, with what it took."""
    spent = presenters.spent_words(spending.of_draft(session, draft.id or 0), services.settings.llm_currency)
    versions = drafts.versions(session, draft.id or 0)
    answers = tickets.find(session, draft.ticket_id).answers
    return presenters.draft_view(draft, versions, spent, has_model=services.rewording.has_model, answers=answers)
