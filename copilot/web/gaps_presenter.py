"""Puts gaps into words and small pictures: how many ask, what an article would save and why, which way it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from copilot.gap_articles import Reply, headline
from copilot.gaps import GapProgress
from copilot.store.gaps import RankedGap
from copilot.store.tables import GapQuestion
from copilot.web import wording
from knowledge.gaps import saving
from sla.timers import write_instant

WEEKS = 12
WEEK = timedelta(days=7)
BAR, STEP, HEIGHT = 6, 8, 28
WHY = {
    "no answer": "No article answered",
    "rejected": "Draft rejected",
    "own words": "Answered in own words beside a draft",
}
STATES = {"open": "Open", "article": "Article begun", "closed": "Closed", "dismissed": "Dismissed"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A week in the small plot, in its own units; `tickets` is what it stands for."""

    x: int
    y: float
    height: float
    tickets: int


@dataclass(frozen=True, slots=True)
class SampleView:
    """One of the gap's questions."""

    ticket_id: int
    text: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GapView:
    """A gap, already worded. `bars` are the last twelve weeks, oldest first."""

    gap_id: int
    name: str
    question: str
    state: str
    label: str
    tickets: int
    saves: str
    computed: str
    trend: str
    bars: tuple[Bar, ...]
    samples: tuple[SampleView, ...]
    replies: tuple[Reply, ...]
    reply_count: int
    agreement: int
    article_id: str | None
    reason: str | None
    by: str | None
    decided_at: datetime | None
    saved: int


@dataclass(frozen=True, slots=True)
class GapsView:
    """The gaps of one kind, the most useful first. `counts` are (state, label, number); `reading` is how much of the
    journal is still to be read, in words."""

    gaps: tuple[GapView, ...]
    chosen: str
    counts: tuple[tuple[str, str, int], ...]
    reading: str
    previous: int | None
    following: int | None
    error: str = ""


def gap_view(
    row: RankedGap, times: Sequence[datetime], samples: Sequence[GapQuestion], replies: Sequence[Reply], now: datetime
) -> GapView:
    """One gap as the page shows it."""
    gap = row.gap
    return GapView(
        gap_id=gap.id,
        name=name_of(gap.phrases, gap.question),
        question=headline(gap.question),
        state=gap.state,
        label=STATES[gap.state],
        tickets=row.tickets,
        saves=f"{saving(row.recent, gap.agreement):.0f}",
        computed=computed(row),
        trend=trend(row.recent, row.before),
        bars=bars(times, now),
        samples=tuple(
            SampleView(each.ticket_id, headline(each.text), WHY.get(each.why, each.why), each.at) for each in samples
        ),
        replies=tuple({reply.text: reply for reply in reversed(replies)}.values())[::-1],
        reply_count=gap.replies,
        agreement=round(100 * gap.agreement),
        article_id=gap.article_id,
        reason=gap.reason,
        by=gap.by,
        decided_at=gap.decided_at,
        saved=gap.saved,
    )


def name_of(phrases: Sequence[str], question: str) -> str:
    """The gap's phrases, or its question while it has none."""
    joined = " · ".join(phrases)
    return joined[:1].upper() + joined[1:] if joined else headline(question)


def computed(row: RankedGap) -> str:
    """How the figure that ranks gaps comes about."""
    asked = f"{wording.plural(row.recent, 'ticket')} asked this in the last 30 days."
    if row.gap.replies < 2:
        return f"{asked} Too few replies by people to compare, so an article is taken to save half of them."
    agree = round(100 * row.gap.agreement)
    return (
        f"{asked} An article is taken to save half of them, and of the other half the {agree} % by which "
        f"{row.gap.replies} replies of people agree."
    )


def trend(recent: int, before: int) -> str:
    """Which way it goes, in words."""
    way = "as many as" if recent == before else "more than" if recent > before else "fewer than"
    return f"{recent} in the last 30 days, {way} in the 30 before ({before})"


def bars(times: Sequence[datetime], now: datetime) -> tuple[Bar, ...]:
    """The questions of each of the last twelve weeks."""
    counts = [0] * WEEKS
    for at in times:
        week = WEEKS - 1 - int((now - at) / WEEK)
        if 0 <= week < WEEKS:
            counts[week] += 1
    most = max(1, *counts)
    return tuple(
        Bar(place * STEP, HEIGHT - height, height, count)
        for place, count in enumerate(counts)
        for height in (max(1.0, round(HEIGHT * count / most, 1)),)
    )


def reading(progress: GapProgress) -> str:
    """How much of what happened is still to be read, in words; nothing when it is little."""
    left = progress.total - progress.done
    return f"{progress.done:,} of {progress.total:,} entries of the journal have been read." if left > 500 else ""


def state_counts(counts: Mapping[str, int]) -> tuple[tuple[str, str, int], ...]:
    """The kinds of gaps with their numbers."""
    undecided = counts.get("open", 0) + counts.get("article", 0)
    return (
        ("open", "To write", undecided),
        ("closed", "Closed", counts.get("closed", 0)),
        ("dismissed", "Dismissed", counts.get("dismissed", 0)),
    )


def gap_json(row: RankedGap, samples: Sequence[GapQuestion]) -> dict[str, Any]:
    """A gap for programs."""
    gap = row.gap
    return {
        "id": gap.id,
        "name": name_of(gap.phrases, gap.question),
        "phrases": gap.phrases,
        "question": headline(gap.question),
        "state": gap.state,
        "tickets": row.tickets,
        "tickets_last_30_days": row.recent,
        "tickets_30_days_before": row.before,
        "would_save_a_month": round(saving(row.recent, gap.agreement), 2),
        "replies": gap.replies,
        "agreement": gap.agreement,
        "article_id": gap.article_id,
        "reason": gap.reason,
        "decided_at": write_instant(gap.decided_at) if gap.decided_at else None,
        "saved": gap.saved,
        "questions": [
            {"ticket_id": each.ticket_id, "why": each.why, "at": write_instant(each.at), "text": headline(each.text)}
            for each in samples
        ],
    }
