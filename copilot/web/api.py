"""API version 1, for programs with a key. Thin: reads the request, opens one transaction, calls the service."""

from typing import Any

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import FromQuery, JSONBody

from copilot import approval, configuration, inputs, intake, promises
from copilot.envelopes import Envelope
from copilot.intake import NewCustomer, NewMessage, NewTicket, Receipt
from copilot.organisations import NewOrganisation
from copilot.queue import load, ranked
from copilot.store import drafts, tickets, waiting
from copilot.web import (
    articles_api,
    autonomy_api,
    closing_days,
    corrections,
    endings,
    feedback,
    policy_changes,
    reports,
    rules,
    support,
    usage,
)
from copilot.web import representations as shapes
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.parameters import LONGEST_QUERY, CategoryName, Id, Language, Limit, Offset, narrowed
from copilot.wiring import Services
from knowledge.articles import Visibility


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A request body; unknown fields are refused."""


class OrganisationBody(Body):
    """Whom the customer belongs to, with its contract (as a segment) and IANA time zone."""

    name: str
    segment: str | None = None
    timezone: str | None = None


class CustomerBody(Body):
    """Who wrote. `organisation` is its name, or an object that says more of it."""

    email: str
    name: str | None = None
    segment: str | None = None
    timezone: str | None = None
    organisation: str | OrganisationBody | None = None


class EnvelopeBody(Body):
    """What the channel knows besides the words. `sender` is who wrote, when that is not the ticket's customer."""

    sender_authenticated: bool | None = None
    kind: str = "human"
    sender: str | None = None
    reply_to: str | None = None
    cc: list[str] = []


class TicketBody(Body):
    """A new ticket. `received_at` is ISO 8601 with an offset; absent: now."""

    channel: str
    external_id: str
    subject: str
    body: str
    customer: CustomerBody
    received_at: str | None = None
    envelope: EnvelopeBody | None = None


class MessageBody(Body):
    """A further message: inbound, outbound or note."""

    external_id: str
    body: str
    direction: str
    received_at: str | None = None
    envelope: EnvelopeBody | None = None


class StatusBody(Body):
    """The new status."""

    status: str


class ApprovalBody(Body):
    """The agent's own wording, if the draft was mended."""

    body: str | None = None


class RejectionBody(Body):
    """Why the draft is no good."""

    reason: str


@post("/tickets", sync_to_thread=True)
def create_ticket(data: JSONBody[TicketBody], services: Services) -> Response[dict[str, Any]]:
    """Take in a ticket; 200 and the same id when it had arrived already."""
    who = data.customer
    new = NewTicket(
        channel=data.channel,
        external_id=data.external_id,
        subject=data.subject,
        body=data.body,
        customer=NewCustomer(who.email, who.name, who.segment, who.timezone, new_organisation(who.organisation)),
        received_at=inputs.parse_received_at(data.received_at),
        envelope=new_envelope(data.envelope),
    )
    receipt = services.db.transact(lambda s: intake.receive(s, new, services.book, services.now()))
    return receipt_response(receipt)


@post("/tickets/{id:int}/messages", sync_to_thread=True)
def create_message(
    data: JSONBody[MessageBody], id: Id, services: Services, identity: Identity
) -> Response[dict[str, Any]]:
    """Add a message; 200 when it had arrived already."""
    author = None if data.direction == "inbound" else identity.name
    at, envelope = inputs.parse_received_at(data.received_at), new_envelope(data.envelope)
    new = NewMessage(data.external_id, data.body, data.direction, at, author, envelope)
    receipt = services.db.transact(lambda s: intake.add_message(s, id, new, services.book, services.now()))
    return receipt_response(receipt, ticket_id=id)


@get("/tickets/{id:int}", sync_to_thread=True)
def read_ticket(id: Id, services: Services) -> dict[str, Any]:
    """A ticket as it stands now; its timers are replayed for this very moment."""
    with services.db.read() as session:
        ticket = tickets.find(session, id)
        customer, rows = tickets.customer_of(session, ticket), tickets.sla_events(session, id)
        timers = promises.timers_of(session, ticket, customer, rows, services.book, services.now())
        base = promises.base_policy(session, ticket, customer, services.book)
        policy = promises.current_policy(base, promises.read_events(session, rows, services.book))
        messages, draft = tickets.messages(session, id), drafts.newest(session, id)
        versions = drafts.versions(session, draft.id or 0) if draft else ()
        return shapes.ticket_json(ticket, messages, timers, policy.name, draft, versions)


@put("/tickets/{id:int}/status", sync_to_thread=True, guards=[needs_agent])
def change_status(data: JSONBody[StatusBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Set the status."""
    with services.db.write() as session:
        ticket = intake.set_status(session, id, data.status, services.book, services.now(), identity.name)
        return {"id": id, "status": ticket.status}


@get("/queue", sync_to_thread=True, guards=[needs_agent])
def read_queue(services: Services, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """The ranked queue."""
    now = services.now()
    with services.db.read() as session:
        places = ranked(session, now, services.terms.current(session, now), limit=limit, offset=offset)
        rows = tickets.by_ids(session, [place.entry.id for place in places])
        items = [shapes.place_json(place, rows[place.entry.id]) for place in places]
        return {"total": waiting.count(session, "all", now), "items": items}


@get("/queue/load", sync_to_thread=True, guards=[needs_agent])
def read_load(services: Services) -> dict[str, Any]:
    """Work coming in beside what the agents can do in the next day, and what it will cost."""
    now = services.now()
    with services.db.read() as session:
        times = services.terms.current(session, now).times
        return {**shapes.load_json(load(session, now, times=times)), "handling": shapes.handling_json(times)}


@post("/drafts/{id:int}/approval", sync_to_thread=True, guards=[needs_agent], status_code=200)
def approve_draft(data: JSONBody[ApprovalBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Send a draft, as it is or mended."""
    with services.db.write() as session:
        item = approval.approve(session, id, identity.name, services.now(), data.body)
        return shapes.reply_json(item)


@post("/drafts/{id:int}/rejection", sync_to_thread=True, guards=[needs_agent], status_code=200)
def reject_draft(data: JSONBody[RejectionBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Set a draft aside."""
    with services.db.write() as session:
        draft = approval.reject(session, id, identity.name, data.reason, services.now())
        return {"id": draft.id, "state": draft.state}


@get("/search", sync_to_thread=True, guards=[needs_agent])
def search(
    q: FromQuery[str], services: Services, limit: Limit = 10, visibility: FromQuery[Visibility | None] = None,
    language: Language = None, category: CategoryName = None,
) -> dict[str, Any]:  # fmt: skip
    """Passages that answer a text, internal ones included unless `visibility` says otherwise. `language` (a tag, whose
    region does not matter) and `category` narrow the search too."""
    knowledge = services.knowledge
    knowledge.refresh()
    query = inputs.clean(q, "q", LONGEST_QUERY)
    found = knowledge.search_text(query, limit, "all", only=narrowed(visibility, language, category))
    return shapes.search_json(query, found, knowledge.facts_of(match.passage.article_id for match in found.matches))


def document_handlers(kind: str) -> list[Any]:
    """GET and PUT of one configuration document."""

    @get(f"/{kind}", sync_to_thread=True, guards=[needs_agent], name=f"read_{kind}", operation_id=f"read_{kind}")
    def read(services: Services) -> Any:
        """The document in force."""
        with services.db.read() as session:
            return configuration.content(session, kind)

    @put(f"/{kind}", sync_to_thread=True, guards=[needs_admin], name=f"write_{kind}", operation_id=f"write_{kind}")
    def write(data: JSONBody[Any], services: Services, identity: Identity) -> dict[str, Any]:
        """Put a new version in force; refused with the field's name when it makes no sense."""
        save = configuration.save
        return {"version": services.db.transact(lambda s: save(s, kind, data, services.now(), identity.name))}

    return [read, write]


def new_organisation(given: str | OrganisationBody | None) -> NewOrganisation | None:
    """The organisation as intake takes it."""
    if isinstance(given, OrganisationBody):
        return NewOrganisation(given.name, given.segment, given.timezone)
    return None if given is None else NewOrganisation(given)


def new_envelope(given: EnvelopeBody | None) -> Envelope:
    """The envelope as intake takes it; none given says nothing."""
    if given is None:
        return Envelope()
    return Envelope(given.sender_authenticated, given.kind, given.sender, given.reply_to, tuple(given.cc))


def receipt_response(receipt: Receipt, **also: Any) -> Response[dict[str, Any]]:
    """201 when something was stored, 200 when it had been before."""
    return Response({"id": receipt.id, "created": receipt.created, **also}, status_code=201 if receipt.created else 200)


def router() -> Router:
    """Everything under /api/v1."""
    plain = [
        create_ticket, create_message, read_ticket, change_status, corrections.change_category,
        corrections.change_sentiment, corrections.change_priority, read_queue, read_load,
        approve_draft, reject_draft, articles_api.list_articles, articles_api.create_article,
        articles_api.read_article, articles_api.replace_article, articles_api.remove_article, search,
    ]  # fmt: skip
    plain_kinds = [kind for kind in configuration.KINDS if kind != "autonomy"]
    documents = [handler for kind in plain_kinds for handler in document_handlers(kind)]
    more = [
        policy_changes.preview_policies, policy_changes.apply_policies, policy_changes.read_application,
        reports.read_compliance, closing_days.import_closing_days, rules.preview_rules,
        endings.mark_spam, endings.merge, feedback.read_feedback, support.check_draft,
        autonomy_api.read_autonomy, autonomy_api.write_autonomy, autonomy_api.restart_category,
        autonomy_api.begin_replay, autonomy_api.read_replay, usage.read_usage,
    ]  # fmt: skip
    return Router("/api/v1", route_handlers=[*plain, *documents, *more], tags=["version 1"])
