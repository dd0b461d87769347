"""Whom a customer belongs to, and what follows from it: the segment and the time zone that a promise goes by.

What is known of the customer goes before what is known of the organisation. How either changes is for `contracts`.
"""

from dataclasses import dataclass

from copilot.store.tables import Customer


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation as a channel named it. `segment` is its contract, `timezone` an IANA name; None: not said."""

    name: str
    segment: str | None = None
    timezone: str | None = None


def segment_of(customer: Customer) -> str | None:
    """The customer's own segment, else their organisation's."""
    return customer.segment or (customer.organisation.segment if customer.organisation else None)


def timezone_of(customer: Customer) -> str | None:
    """The customer's own time zone, else their organisation's; None leaves it to the policy's calendar."""
    return customer.timezone or (customer.organisation.timezone if customer.organisation else None)
