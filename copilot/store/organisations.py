"""Queries about organisations, the customers who belong to them, and the tickets of both."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from copilot.errors import NotFound
from copilot.store.matching import holds
from copilot.store.tables import Customer, Organisation, SlaEvent, Ticket
from copilot.store.tickets import DONE, PROMISED_OPEN


class Counted(NamedTuple):
    """An organisation with how many customers belong to it and how many of their tickets are not done."""

    organisation: Organisation
    customers: int
    open_tickets: int


class Whose(NamedTuple):
    """The customers that something is about: everybody of an organisation, or one."""

    organisation_id: int | None = None
    customer_id: int | None = None

    @property
    def of_ticket(self) -> ColumnElement[bool]:
        """The condition on a ticket."""
        if self.customer_id is not None:
            return col(Ticket.customer_id) == self.customer_id
        members = select(Customer.id).where(Customer.organisation_id == self.organisation_id)
        return col(Ticket.customer_id).in_(members)


def find(session: Session, organisation_id: int) -> Organisation:
    """The organisation, or `NotFound`."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(f"There is no organisation {organisation_id}.", field="id")
    return found


def find_customer(session: Session, customer_id: int) -> Customer:
    """The customer, or `NotFound`."""
    found = session.get(Customer, customer_id)
    if found is None:
        raise NotFound(f"There is no customer {customer_id}.", field="id")
    return found


def page(session: Session, limit: int, offset: int = 0, text: str = "") -> list[Counted]:
    """Organisations by name; `text` filters by name or segment."""
    wanted = select(Organisation).where(*_matching(text)).order_by(Organisation.name).limit(limit).offset(offset)
    return counted(session, session.exec(wanted).all())


def counted(session: Session, rows: Sequence[Organisation]) -> list[Counted]:
    """These organisations with their counts."""
    ids = [row.id or 0 for row in rows]
    belongs = col(Customer.organisation_id)
    members = sqlalchemy.select(belongs, func.count()).where(belongs.in_(ids)).group_by(belongs)
    waiting = (
        sqlalchemy.select(belongs, func.count())
        .join(Ticket, col(Ticket.customer_id) == Customer.id)
        .where(belongs.in_(ids), col(Ticket.status).not_in(DONE))
        .group_by(belongs)
    )
    customers, tickets = (dict(map(tuple, session.execute(query))) for query in (members, waiting))
    return [Counted(row, customers.get(row.id, 0), tickets.get(row.id, 0)) for row in rows]


def count(session: Session, text: str = "") -> int:
    """How many organisations there are, or match."""
    return session.exec(select(func.count()).select_from(Organisation).where(*_matching(text))).one()


def customers(
    session: Session, limit: int, offset: int = 0, text: str = "", organisation_id: int | None = None
) -> Sequence[Customer]:
    """Customers by e-mail address; `text` filters by address, name or own segment."""
    wanted = select(Customer).where(*_customers(text, organisation_id))
    return session.exec(wanted.order_by(Customer.email).limit(limit).offset(offset)).all()


def customer_count(session: Session, text: str = "", organisation_id: int | None = None) -> int:
    """How many customers there are, or match."""
    return session.exec(select(func.count()).select_from(Customer).where(*_customers(text, organisation_id))).one()


def open_counts(session: Session, customer_ids: Sequence[int]) -> dict[int, int]:
    """How many tickets of each customer are not done; customers without one are left out."""
    wanted = select(Ticket.customer_id, func.count()).where(
        col(Ticket.customer_id).in_(customer_ids), col(Ticket.status).not_in(DONE)
    )
    return dict(session.exec(wanted.group_by(col(Ticket.customer_id))).all())


def promised_open(session: Session, whose: Whose, after: int, limit: int, locked: bool = False) -> Sequence[Ticket]:
    """Their next tickets by id that are not done and have a policy; `locked` until the transaction ends."""
    wanted = select(Ticket).where(whose.of_ticket, *PROMISED_OPEN, col(Ticket.id) > after).order_by(col(Ticket.id))
    wanted = wanted.limit(limit)
    return session.exec(wanted.with_for_update() if locked else wanted).all()


def promised_open_count(session: Session, whose: Whose) -> int:
    """How many of their tickets are not done and have a policy."""
    return session.exec(select(func.count()).select_from(Ticket).where(whose.of_ticket, *PROMISED_OPEN)).one()


def without_zone(session: Session, whose: Whose, after: int, limit: int) -> Sequence[Ticket]:
    """Their next tickets by id that have a policy and whose events name no time zone, where the customer names none
    either unless one customer is asked for."""
    named = select(SlaEvent.id).where(
        SlaEvent.ticket_id == Ticket.id, col(SlaEvent.data)["kind"].as_string() == "timezone_known"
    )
    wanted = select(Ticket).where(whose.of_ticket, col(Ticket.policy_version).is_not(None), col(Ticket.id) > after)
    if whose.customer_id is None:
        own = select(Customer.id).where(Customer.id == Ticket.customer_id, col(Customer.timezone).is_not(None))
        wanted = wanted.where(~own.exists())
    return session.exec(wanted.where(~named.exists()).order_by(col(Ticket.id)).limit(limit)).all()


def _matching(text: str) -> list[ColumnElement[bool]]:
    return [or_(*(holds(column, text) for column in (Organisation.name, Organisation.segment)))] if text else []


def _customers(text: str, organisation_id: int | None) -> list[ColumnElement[bool]]:
    columns = (Customer.email, Customer.name, Customer.segment)
    found = [or_(*(holds(column, text) for column in columns))] if text else []
    return found if organisation_id is None else [*found, col(Customer.organisation_id) == organisation_id]
