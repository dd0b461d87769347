"""The ranked queue as rows: the names of the filters, what each row says."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from copilot.store.tables import Customer, Draft, Message, Ticket
from copilot.store.waiting import Shown
from copilot.web import wording
from copilot.web.views import DueView, QueueFilter, QueueRow
from sla.handling import PRIOR, HandlingTimes

SNIPPET = 160
MOST_CATEGORIES = 4
# not worth a mark on every row
PLAIN_SEGMENTS = ("standard", "default", "regular")
FILTERS: Mapping[Shown, str] = {"all": "All", "soon": "Due soon", "late": "Late", "pressing": "Pressing"}


def chosen(name: str) -> Shown:
    """The filter of this name; an unknown one shows all."""
    return next((known for known in FILTERS if known == name), "all")


def filters(counts: Mapping[Shown, int], active: Shown) -> tuple[QueueFilter, ...]:
    """Every filter with its count."""
    return tuple(QueueFilter(name, label, counts[name], name == active) for name, label in FILTERS.items())


def row_view(
    ticket: Ticket,
    customer: Customer,
    messages: Sequence[Message],
    draft: Draft | None,
    titles: Mapping[str, str],
    now: datetime,
    *,
    rank: int,
    why: str,
    selected: bool,
) -> QueueRow:
    """One row."""
    return QueueRow(
        ticket_id=ticket.id or 0,
        rank=rank,
        customer=customer.name or customer.email,
        subject=ticket.subject or "No subject",
        snippet=snippet(messages),
        priority=ticket.priority,
        category=titles.get(ticket.category or "", ticket.category),
        sentiment=str(ticket.triage.get("sentiment", {}).get("label", "neutral")) if ticket.triage else "neutral",
        due=due_view(ticket, now),
        why=why[:1].upper() + why[1:],
        draft=draft_word(ticket, draft),
        segment=customer.segment if customer.segment not in PLAIN_SEGMENTS else None,
        selected=selected,
    )


def snippet(messages: Sequence[Message]) -> str:
    """The beginning of the customer's newest words, on one line."""
    newest = next((message.body for message in reversed(messages) if message.direction == "inbound"), "")
    return " ".join(newest[: 4 * SNIPPET].split())[:SNIPPET]


def due_view(ticket: Ticket, now: datetime) -> DueView:
    """What falls due next: the internal goal, which the queue works to, then the promise itself."""
    if ticket.next_goal_at is not None and ticket.next_goal_at >= now:
        promised = ticket.next_goal_at == ticket.next_due_at
        name = wording.label(wording.METRICS, ticket.next_due_metric or "due")
        return DueView("running", name if promised else f"{name}: the team’s goal", ticket.next_goal_at)
    if ticket.next_due_at is not None:
        state = "breached" if ticket.next_due_at < now else "running"
        return DueView(state, wording.label(wording.METRICS, ticket.next_due_metric or "due"), ticket.next_due_at)
    if any(timer.get("state") == "paused" for timer in ticket.timers):
        return DueView("paused", "Paused: nothing falls due")
    return DueView("none", "Nothing falls due")


def draft_word(ticket: Ticket, draft: Draft | None) -> str:
    """How far the copilot got with it."""
    if ticket.reply_pending:
        return "sending"
    if ticket.work_state == "waiting":
        return "writing"
    return "ready" if draft is not None and draft.state == "open" else "none"


def handling_words(times: HandlingTimes, titles: Mapping[str, str]) -> str:
    """How long an answer takes and how that is known; of categories the most frequent, those with enough to go by."""
    if not times.observations:
        return f"An answer is taken to need about {_minutes(times.team)}, until it has been measured."
    told = f"An answer takes about {_minutes(times.team)}: "
    observed = wording.plural(times.observations, "finished ticket")
    if not times.measured:
        return f"{told}mostly assumed, with {observed} so far; {PRIOR} are enough to go by."
    known = sorted((name for name in times.counts if times.counts[name] >= PRIOR), key=lambda name: -times.counts[name])
    parts = [f"{titles.get(name, name)} {_minutes(times.of(name))}" for name in known[:MOST_CATEGORIES]]
    return f"{told}measured from {observed}{'; ' if parts else ''}{', '.join(parts)}."


def _minutes(time: timedelta) -> str:
    """Rounded to whole minutes, in seconds below one."""
    seconds = time.total_seconds()
    return f"{round(seconds / 60)} min" if seconds >= 60 else f"{round(seconds)} s"
