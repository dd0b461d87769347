"""API version 1 for organisations and customers: what is known of them, and applying it to their open tickets."""

from typing import Any

from litestar import Router, get, post, put
from litestar.params import FromQuery, JSONBody

from copilot import contracts
from copilot.contracts import CustomerFacts
from copilot.organisations import NewOrganisation
from copilot.store import organisations as store
from copilot.store.organisations import Counted, Whose
from copilot.store.session import Session
from copilot.store.tables import Customer
from copilot.web.api import Body
from copilot.web.auth import Identity, needs_admin
from copilot.web.organisations import exists
from copilot.web.parameters import LONGEST_QUERY, Id, Limit, Offset
from copilot.web.policy_changes import preview_json
from copilot.wiring import Services


class OrganisationFields(Body):
    """An organisation as it is to be from now on; what is null or absent is not known."""

    name: str
    segment: str | None = None
    timezone: str | None = None


class CustomerFields(Body):
    """What is to be set of a customer from now on; `organisation` is the id of one that exists."""

    segment: str | None = None
    timezone: str | None = None
    organisation: int | None = None


@get("/organisations", sync_to_thread=True, guards=[needs_admin])
def list_organisations(
    services: Services, limit: Limit = 50, offset: Offset = 0, q: FromQuery[str] = ""
) -> dict[str, Any]:
    """Organisations by name; `q` filters by name or segment."""
    text = q[:LONGEST_QUERY]
    with services.db.read() as session:
        rows = store.page(session, limit, offset, text)
        return {"total": store.count(session, text), "items": [organisation_json(row) for row in rows]}


@post("/organisations", sync_to_thread=True, guards=[needs_admin], status_code=201)
def create_organisation(data: JSONBody[OrganisationFields], services: Services, identity: Identity) -> dict[str, Any]:
    """Add an organisation; its name must be free."""
    return saved_organisation(services, identity, None, data)


@get("/organisations/{id:int}", sync_to_thread=True, guards=[needs_admin])
def read_organisation(id: Id, services: Services) -> dict[str, Any]:
    """One organisation."""
    with services.db.read() as session:
        return organisation_json(*store.counted(session, [store.find(session, id)]))


@put("/organisations/{id:int}", sync_to_thread=True, guards=[needs_admin])
def replace_organisation(
    data: JSONBody[OrganisationFields], id: Id, services: Services, identity: Identity
) -> dict[str, Any]:
    """Set what holds from now on. Open tickets keep what they were promised; `effect` says what applying would do."""
    return saved_organisation(services, identity, id, data)


@get("/organisations/{id:int}/application", sync_to_thread=True, guards=[needs_admin])
def preview_organisation(id: Id, services: Services) -> dict[str, Any]:
    """What putting the organisation's open tickets under what fits now would do; stores nothing."""
    with services.db.read() as session:
        return effect_json(session, services, Whose(organisation_id=id))


@post("/organisations/{id:int}/application", sync_to_thread=True, guards=[needs_admin], status_code=200)
def apply_organisation(id: Id, services: Services, identity: Identity) -> dict[str, int]:
    """Put the organisation's open tickets under what fits now; time already used still counts."""
    return {"moved": applied(services, identity, Whose(organisation_id=id))}


@get("/customers", sync_to_thread=True, guards=[needs_admin])
def list_customers(services: Services, limit: Limit = 50, offset: Offset = 0, q: FromQuery[str] = "") -> dict[str, Any]:
    """Customers by e-mail address; `q` filters by address, name or own segment."""
    text = q[:LONGEST_QUERY]
    with services.db.read() as session:
        rows = store.customers(session, limit, offset, text)
        return {"total": store.customer_count(session, text), "items": [customer_json(row) for row in rows]}


@get("/customers/{id:int}", sync_to_thread=True, guards=[needs_admin])
def read_customer(id: Id, services: Services) -> dict[str, Any]:
    """One customer."""
    with services.db.read() as session:
        return customer_json(store.find_customer(session, id))


@put("/customers/{id:int}", sync_to_thread=True, guards=[needs_admin])
def replace_customer(data: JSONBody[CustomerFields], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Set what holds from now on. Open tickets keep what they were promised; `effect` says what applying would do."""
    new, now = CustomerFacts(data.segment, data.timezone, data.organisation), services.now()
    services.db.transact(lambda s: contracts.save_customer(s, id, new, services.book, now, identity.name))
    with services.db.read() as session:
        shown = customer_json(store.find_customer(session, id))
        return {**shown, "effect": effect_json(session, services, Whose(customer_id=id))}


@get("/customers/{id:int}/application", sync_to_thread=True, guards=[needs_admin])
def preview_customer(id: Id, services: Services) -> dict[str, Any]:
    """What putting the customer's open tickets under what fits now would do; stores nothing."""
    with services.db.read() as session:
        return effect_json(session, services, Whose(customer_id=id))


@post("/customers/{id:int}/application", sync_to_thread=True, guards=[needs_admin], status_code=200)
def apply_customer(id: Id, services: Services, identity: Identity) -> dict[str, int]:
    """Put the customer's open tickets under what fits now; time already used still counts."""
    return {"moved": applied(services, identity, Whose(customer_id=id))}


def saved_organisation(
    services: Services, identity: Identity, id: int | None, data: OrganisationFields
) -> dict[str, Any]:
    """Store an organisation and show it, with what applying it would do."""
    new, now = NewOrganisation(data.name, data.segment, data.timezone), services.now()
    save = contracts.save_organisation
    kept = services.db.transact(lambda s: save(s, id, new, services.book, now, identity.name).id)
    with services.db.read() as session:
        shown = organisation_json(*store.counted(session, [store.find(session, kept or 0)]))
        return {**shown, "effect": effect_json(session, services, Whose(organisation_id=kept))}


def applied(services: Services, identity: Identity, whose: Whose) -> int:
    """Apply; returns how many tickets changed. Raises `NotFound` for ids of nobody."""
    with services.db.read() as session:
        exists(session, whose)
    return contracts.apply(services.db, whose, services.book, services.now(), identity.name)


def effect_json(session: Session, services: Services, whose: Whose) -> dict[str, Any]:
    """A preview for programs; each ticket stays in the version of the policies that it is under."""
    exists(session, whose)
    shown = preview_json(contracts.preview(session, whose, services.book, services.now()))
    del shown["version"]
    return shown


def organisation_json(row: Counted) -> dict[str, Any]:
    """An organisation for programs."""
    return {
        "id": row.organisation.id,
        "name": row.organisation.name,
        "segment": row.organisation.segment,
        "timezone": row.organisation.timezone,
        "customers": row.customers,
        "open_tickets": row.open_tickets,
    }


def customer_json(row: Customer) -> dict[str, Any]:
    """A customer for programs; `segment` and `timezone` are their own."""
    there = row.organisation
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "segment": row.segment,
        "timezone": row.timezone,
        "organisation": {"id": there.id, "name": there.name} if there else None,
    }


def router() -> Router:
    """These handlers under /api/v1."""
    handlers = [
        list_organisations, create_organisation, read_organisation, replace_organisation, preview_organisation,
        apply_organisation, list_customers, read_customer, replace_customer, preview_customer, apply_customer,
    ]  # fmt: skip
    return Router("/api/v1", route_handlers=handlers, tags=["version 1"])
