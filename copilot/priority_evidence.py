"""How agents change priorities against the rules. Rules decide priorities, so there is nothing to teach: this suggests
to an admin where a rule is missing or goes too far."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from copilot import promises
from copilot.store import labels
from copilot.store.session import Session
from copilot.store.tables import Ticket

MOST_LABELS = 2_000
MOST_ROWS = 10
LEAST = 2
RULE = "Rule '"


@dataclass(frozen=True, slots=True)
class PriorityChange:
    """`count` tickets of a category, or to which a rule applied, were set from one priority to another.

    `of` is how many tickets of the category came since the first of these changes, None for a rule.
    """

    category: str | None
    rule: str | None
    before: str
    after: str
    count: int
    of: int | None
    since: datetime

    @property
    def is_raise(self) -> bool:
        """Whether agents found it more pressing than the rules did."""
        order = [str(priority) for priority in promises.PRIORITIES]
        return order.index(self.after) > order.index(self.before)


def priority_changes(session: Session) -> list[PriorityChange]:
    """The changes that happened more than once among the latest 2,000, by category and by rule, most frequent first."""
    rows = labels.priority_changes(session, MOST_LABELS)
    known = {str(priority) for priority in promises.PRIORITIES}
    moved = [(label, ticket) for label, ticket in rows if label.predicted in known and label.value in known]
    by_category = Counter((ticket.category, label.predicted, label.value) for label, ticket in moved)
    by_rule = Counter((rule, label.predicted, label.value) for label, ticket in moved for rule in rules_of(ticket))
    since = min((ticket.received_at for _, ticket in moved), default=None)
    if since is None:
        return []
    came = labels.tickets_by_category(session, since)
    found = [
        PriorityChange(category, None, before, after, count, came.get(category, count), since)
        for (category, before, after), count in by_category.items()
    ]
    found += [
        PriorityChange(None, rule, before, after, count, None, since)
        for (rule, before, after), count in by_rule.items()
    ]
    frequent = [one for one in found if one.count >= LEAST]
    return sorted(frequent, key=lambda one: (-one.count, one.category or "", one.rule or ""))[:MOST_ROWS]


def rules_of(ticket: Ticket) -> set[str]:
    """The names of the rules that gave reasons for a ticket."""
    return {
        reason.removeprefix(RULE).partition("':")[0]
        for reason in ticket.triage.get("reasons", ())
        if reason.startswith(RULE)
    }
