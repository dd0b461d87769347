"""Whom a customer belongs to, and what follows from it: the segment and the time zone that a promise goes by.

What is known of the customer goes before what is known of the organisation. Checked values come in (see `intake`).
"""

from dataclasses import dataclass

from copilot.store import tickets
from copilot.store.session import Session
from copilot.store.tables import Customer, Organisation


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation as a channel named it. `segment` is its contract, `timezone` an IANA name; None: not said."""

    name: str
    segment: str | None = None
    timezone: str | None = None


def organisation_named(session: Session, new: NewOrganisation) -> Organisation:
    """The organisation of this name, made when it is new; what is said of it now replaces what was known."""
    found = tickets.organisation_by_name(session, new.name)
    if found is None:
        found = Organisation(name=new.name)
        session.add(found)
    found.segment = new.segment or found.segment
    found.timezone = new.timezone or found.timezone
    session.flush()
    return found


def segment_of(customer: Customer) -> str | None:
    """The customer's own segment, else their organisation's."""
    return customer.segment or (customer.organisation.segment if customer.organisation else None)


def timezone_of(customer: Customer) -> str | None:
    """The customer's own time zone, else their organisation's; None leaves it to the policy's calendar."""
    return customer.timezone or (customer.organisation.timezone if customer.organisation else None)
