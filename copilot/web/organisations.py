"""The admin's organisations and customers: segment, time zone, and what a change does to open tickets."""

from dataclasses import replace

from litestar import Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from copilot import contracts
from copilot.contracts import CustomerFacts
from copilot.errors import Conflict, Invalid
from copilot.organisations import NewOrganisation
from copilot.store import organisations as store
from copilot.store import tickets
from copilot.store.organisations import Whose
from copilot.store.session import Session
from copilot.web import contract_views as views
from copilot.web.admin_views import FieldError
from copilot.web.auth import Identity, needs_admin
from copilot.web.contract_views import CustomerForm, CustomerRow, EffectView, OrganisationForm, OrganisationsView
from copilot.web.documents import field_error
from copilot.web.forms import Form
from copilot.web.parameters import Id
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

MOST_ROWS, MOST_CUSTOMERS = 200, 50
LONGEST_QUERY = 500
ORGANISATIONS, CUSTOMERS = "/admin/organisations", "/admin/customers"


class OrganisationFields(Form):
    """An organisation as typed; what is empty is not known."""

    name: str = ""
    segment: str = ""
    timezone: str = ""


class CustomerFields(Form):
    """What is set of a customer, as typed; `organisation` is the name of one that exists."""

    segment: str = ""
    timezone: str = ""
    organisation: str = ""


@get(ORGANISATIONS, sync_to_thread=True, guards=[needs_admin])
def organisations_page(
    request: AnyRequest, services: Services, identity: Identity, q: FromQuery[str] = "", customer: FromQuery[str] = ""
) -> Response[str]:
    """Organisations by name, and customers by address."""
    text, who = q[:LONGEST_QUERY], customer[:LONGEST_QUERY]
    with services.db.read() as session:
        view = OrganisationsView(
            store.page(session, MOST_ROWS, 0, text), store.count(session, text), text,
            customer_rows(session, who), store.customer_count(session, who), who,
        )  # fmt: skip
    return page("admin/organisations.html", frame=frame_of(request, services, identity, "admin"), view=view)


@get(f"{ORGANISATIONS}/new", sync_to_thread=True, guards=[needs_admin])
def new_organisation_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """An empty editor."""
    return organisation_editor(request, services, identity, OrganisationForm(None, "", "", ""))


@post(f"{ORGANISATIONS}/new", sync_to_thread=True, guards=[needs_admin], status_code=200)
def create_organisation(
    data: URLEncodedBody[OrganisationFields], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Store a new organisation; its name must be free."""
    return save_organisation(data, None, request, services, identity)


@get(f"{ORGANISATIONS}/{{id:int}}", sync_to_thread=True, guards=[needs_admin])
def organisation_page(
    id: Id, request: AnyRequest, services: Services, identity: Identity, saved: FromQuery[bool] = False
) -> Response[str]:
    """An organisation, its customers, and what its open tickets would be promised now."""
    with services.db.read() as session:
        row = store.find(session, id)
        form = OrganisationForm(id, row.name, row.segment or "", row.timezone or "", saved=saved)
    return organisation_editor(request, services, identity, form)


@post(f"{ORGANISATIONS}/{{id:int}}", sync_to_thread=True, guards=[needs_admin], status_code=200)
def change_organisation(
    data: URLEncodedBody[OrganisationFields], id: Id, request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Store what is to hold of the organisation from now on."""
    return save_organisation(data, id, request, services, identity)


@get(f"{ORGANISATIONS}/{{id:int}}/application", sync_to_thread=True, guards=[needs_admin])
def organisation_effect(id: Id, services: Services) -> Response[str]:
    """What applying would do to the organisation's open tickets."""
    return effect(services, Whose(organisation_id=id), f"{ORGANISATIONS}/{id}")


@post(f"{ORGANISATIONS}/{{id:int}}/application", sync_to_thread=True, guards=[needs_admin], status_code=200)
def apply_organisation(id: Id, services: Services, identity: Identity) -> Response[str]:
    """Apply to the organisation's open tickets."""
    return applied(services, identity, Whose(organisation_id=id), f"{ORGANISATIONS}/{id}")


@get(f"{CUSTOMERS}/{{id:int}}", sync_to_thread=True, guards=[needs_admin])
def customer_page(
    id: Id, request: AnyRequest, services: Services, identity: Identity, saved: FromQuery[bool] = False
) -> Response[str]:
    """What is set of a customer."""
    return customer_editor(id, request, services, identity, saved=saved)


@post(f"{CUSTOMERS}/{{id:int}}", sync_to_thread=True, guards=[needs_admin], status_code=200)
def change_customer(
    data: URLEncodedBody[CustomerFields], id: Id, request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Store what is to hold of the customer from now on."""

    def work(session: Session) -> None:
        facts = CustomerFacts(data.segment, data.timezone, organisation_id(session, data.organisation))
        contracts.save_customer(session, id, facts, services.book, services.now(), identity.name)

    try:
        services.db.transact(work)
    except Invalid as error:
        return customer_editor(id, request, services, identity, typed=data, errors=(field_error(error),))
    return Redirect(f"{CUSTOMERS}/{id}", query_params={"saved": "true"}, status_code=303)


@get(f"{CUSTOMERS}/{{id:int}}/application", sync_to_thread=True, guards=[needs_admin])
def customer_effect(id: Id, services: Services) -> Response[str]:
    """What applying would do to the customer's open tickets."""
    return effect(services, Whose(customer_id=id), f"{CUSTOMERS}/{id}")


@post(f"{CUSTOMERS}/{{id:int}}/application", sync_to_thread=True, guards=[needs_admin], status_code=200)
def apply_customer(id: Id, services: Services, identity: Identity) -> Response[str]:
    """Apply to the customer's open tickets."""
    return applied(services, identity, Whose(customer_id=id), f"{CUSTOMERS}/{id}")


def save_organisation(
    data: OrganisationFields, id: int | None, request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Save and show the organisation, or show the form again with what is wrong."""
    new, now = NewOrganisation(data.name, data.segment, data.timezone), services.now()
    try:
        row = services.db.transact(lambda s: contracts.save_organisation(s, id, new, services.book, now, identity.name))
    except (Invalid, Conflict) as error:
        wrong = field_error(Invalid(error.message, field=error.field))
        form = OrganisationForm(id, data.name, data.segment, data.timezone, errors=(wrong,))
        return organisation_editor(request, services, identity, form)
    return Redirect(f"{ORGANISATIONS}/{row.id}", query_params={"saved": "true"}, status_code=303)


def organisation_editor(
    request: AnyRequest, services: Services, identity: Identity, form: OrganisationForm
) -> Response[str]:
    """The editor page of an organisation."""
    with services.db.read() as session:
        policies = services.book.in_force(session)
        view = replace(
            form,
            segments=views.segments_asked(policies),
            asks=() if form.errors else views.organisation_asks(policies, form.name, form.segment),
            customers=customer_rows(session, "", form.organisation_id) if form.organisation_id else (),
            customer_total=store.customer_count(session, "", form.organisation_id) if form.organisation_id else 0,
        )
    frame, zones = frame_of(request, services, identity, "admin"), views.zones()
    return page("admin/organisation.html", 422 if view.errors else 200, frame=frame, view=view, zones=zones)


def customer_editor(
    id: int, request: AnyRequest, services: Services, identity: Identity, *, typed: CustomerFields | None = None,
    errors: tuple[FieldError, ...] = (), saved: bool = False,
) -> Response[str]:  # fmt: skip
    """The editor page of a customer, with what was typed where it was refused."""
    with services.db.read() as session:
        row, policies = store.find_customer(session, id), services.book.in_force(session)
        view: CustomerForm = replace(
            views.customer_form(row),
            segments=views.segments_asked(policies),
            asks=views.customer_asks(policies, row),
            organisations=tuple(found.organisation.name for found in store.page(session, MOST_ROWS)),
            errors=errors,
            saved=saved,
        )
    if typed is not None:
        view = replace(view, segment=typed.segment, timezone=typed.timezone, organisation=typed.organisation)
    frame, zones = frame_of(request, services, identity, "admin"), views.zones()
    return page("admin/customer.html", 422 if errors else 200, frame=frame, view=view, zones=zones)


def customer_rows(session: Session, text: str, organisation: int | None = None) -> tuple[CustomerRow, ...]:
    """Customers with their open tickets."""
    rows = store.customers(session, MOST_CUSTOMERS, 0, text, organisation)
    waiting = store.open_counts(session, [row.id or 0 for row in rows])
    return tuple(views.customer_row(row, waiting.get(row.id or 0, 0)) for row in rows)


def organisation_id(session: Session, name: str) -> int | None:
    """The organisation of this name; None when it is empty. Raises `Invalid` when there is none."""
    if not name.strip():
        return None
    found = tickets.organisation_by_name(session, name.strip()) if "\x00" not in name else None
    if found is None:
        raise Invalid("There is no organisation of this name; make it first.", field="organisation")
    return found.id


def effect(services: Services, whose: Whose, path: str) -> Response[str]:
    """What applying would do, as a fragment; empty when every open ticket is as it should be."""
    with services.db.read() as session:
        exists(session, whose)
        found = contracts.preview(session, whose, services.book, services.now())
    return page("admin/contract_effect.html", effect=views.effect_view(path, found))


def applied(services: Services, identity: Identity, whose: Whose, path: str) -> Response[str]:
    """Apply, and say how many tickets changed."""
    with services.db.read() as session:
        exists(session, whose)
    moved = contracts.apply(services.db, whose, services.book, services.now(), identity.name)
    return page("admin/contract_effect.html", effect=EffectView(path, moved=moved))


def exists(session: Session, whose: Whose) -> None:
    """Raise `NotFound` for ids of nobody."""
    if whose.customer_id is not None:
        store.find_customer(session, whose.customer_id)
    elif whose.organisation_id is not None:
        store.find(session, whose.organisation_id)
