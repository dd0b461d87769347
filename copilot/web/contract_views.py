"""What the pages about organisations and customers show: frozen values, already worded, and how they come about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from copilot.organisations import segment_of, timezone_of
from copilot.policy_change import PolicyPreview
from copilot.store.organisations import Counted
from copilot.store.tables import Customer
from copilot.web import wording
from copilot.web.admin_views import FieldError, MovedTicket
from copilot.web.policy_changes import MOST_ROWS, moved_ticket, pressing
from sla.policies import Policy


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in a list; `segment` and `timezone` are their own."""

    customer_id: int
    name: str
    email: str
    organisation: str
    organisation_id: int | None
    segment: str
    timezone: str
    open_tickets: int


@dataclass(frozen=True, slots=True)
class OrganisationsView:
    """Both lists, each filtered by what was typed above it."""

    organisations: Sequence[Counted]
    total: int
    query: str
    customers: tuple[CustomerRow, ...]
    customer_total: int
    customer_query: str


@dataclass(frozen=True, slots=True)
class OrganisationForm:
    """The editor of an organisation; `organisation_id` is None for a new one. `asks` tells what policies make of it."""

    organisation_id: int | None
    name: str
    segment: str
    timezone: str
    segments: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    customer_total: int = 0
    errors: tuple[FieldError, ...] = ()
    saved: bool = False


@dataclass(frozen=True, slots=True)
class CustomerForm:
    """The editor of what may be set of a customer, and what holds where nothing is set."""

    customer_id: int
    title: str
    email: str
    segment: str
    timezone: str
    organisation: str
    organisation_id: int | None
    inherited_segment: str
    inherited_timezone: str
    organisations: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
    saved: bool = False


@dataclass(frozen=True, slots=True)
class EffectView:
    """What applying would do to the open tickets of `path`'s organisation or customer; `moved` when it was done."""

    path: str
    moved: int | None = None
    open_tickets: int = 0
    examined: int = 0
    changes: int = 0
    changed: int = 0
    sooner: int = 0
    later: int = 0
    would_breach: int = 0
    earliest_due: datetime | None = None
    rows: tuple[MovedTicket, ...] = ()


def effect_view(path: str, found: PolicyPreview) -> EffectView:
    """A preview in words."""
    return EffectView(
        path=path,
        open_tickets=found.open_tickets,
        examined=found.examined,
        changes=max(found.moved, found.changed),
        changed=found.changed,
        sooner=found.sooner,
        later=found.later,
        would_breach=found.would_breach_now,
        earliest_due=found.earliest_due,
        rows=tuple(moved_ticket(change) for change in pressing(found)[:MOST_ROWS]),
    )


def customer_row(row: Customer, open_tickets: int) -> CustomerRow:
    """A customer in a list."""
    there = row.organisation
    return CustomerRow(
        row.id or 0, row.name or row.email, row.email, there.name if there else "", there.id if there else None,
        row.segment or "", row.timezone or "", open_tickets,
    )  # fmt: skip


def customer_form(row: Customer) -> CustomerForm:
    """What is set of a customer, beside what the organisation says."""
    there = row.organisation
    return CustomerForm(
        customer_id=row.id or 0,
        title=row.name or row.email,
        email=row.email,
        segment=row.segment or "",
        timezone=row.timezone or "",
        organisation=there.name if there else "",
        organisation_id=there.id if there else None,
        inherited_segment=(there.segment or "") if there else "",
        inherited_timezone=(there.timezone or "") if there else "",
    )


def segments_asked(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Every segment that a policy asks for."""
    return tuple(sorted({str(value) for policy in policies for value in policy.when.get("segment", ())}))


def organisation_asks(policies: Sequence[Policy], name: str, segment: str) -> tuple[str, ...]:
    """What the policies in force make of an organisation's name and segment."""
    named = [policy.name for policy in policies if name in policy.when.get("organisation", ())]
    if not named:
        return segment_asks(policies, segment)
    asked = f"Asked for by this name: {policies_named(named)}. Under another name {_it(named)} would no longer hold."
    return (asked, *segment_asks(policies, segment))


def customer_asks(policies: Sequence[Policy], row: Customer) -> tuple[str, ...]:
    """What the policies in force make of a customer, with what their organisation answers for them."""
    there = row.organisation
    named = [policy.name for policy in policies if there and there.name in policy.when.get("organisation", ())]
    by_name = (f"Their organisation is asked for by name: {policies_named(named)}.",) if named else ()
    zone = timezone_of(row)
    hours = f"Opening hours are kept in {zone}." if zone else "Opening hours are kept in the calendar's own time zone."
    return (*by_name, *segment_asks(policies, segment_of(row) or ""), hours)


def segment_asks(policies: Sequence[Policy], segment: str) -> tuple[str, ...]:
    """Which policies ask for a segment."""
    if not segment:
        return ()
    named = [policy.name for policy in policies if segment in policy.when.get("segment", ())]
    if not named:
        return (f"No policy asks for the segment “{segment}”: it changes no promise.",)
    return (f"The segment “{segment}” is asked for: {policies_named(named)}.",)


def policies_named(names: Sequence[str]) -> str:
    """Policies by name."""
    return f"{'policy' if len(names) == 1 else 'policies'} {wording.listing((f'“{name}”' for name in names), 'and')}"


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "they"


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The IANA zones that people choose from."""
    return tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))
