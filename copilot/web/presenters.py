"""From what is stored to what is shown: conversation, draft, triage and promises of one ticket.

Words and percentages are made here, so that templates decide nothing. Reads values; asks no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from copilot.drafting import EXTRACTIVE, FREE, QUOTING
from copilot.store.spending import Spent
from copilot.store.tables import Draft, DraftVersion, Message, OutboxItem, Ticket
from copilot.web import wording
from copilot.web.promise_told import Told, told_nothing
from copilot.web.views import (
    AskedView,
    Choice,
    CitationView,
    DeliveryView,
    DraftView,
    DueView,
    GateView,
    Guess,
    MessageView,
    SegmentView,
    SentenceView,
    TimerView,
    TriageView,
    VersionView,
)
from sla.promise import explain
from sla.timers import Segment, State, Timer
from triage.labels import Category

UNSETTLED = ("waiting", "sending", "uncertain", "failed")
MOST_SEGMENTS = 60
DRAFT_NOTICES = {
    "rejected": "The draft was rejected. Answer in your own words.",
    "approved": "The draft was approved.",
    "superseded": "Something newer arrived since the last draft.",
}


def percent(share: float) -> int:
    """A share in 0..1 as a whole percentage; never rounded up to certainty."""
    return 100 if share >= 1 else min(99, round(share * 100))


def choices(labels: Mapping[str, str], chosen: str | None) -> tuple[Choice, ...]:
    """The options of a select."""
    return tuple(Choice(value, label, value == chosen) for value, label in labels.items())


def conversation(
    messages: Iterable[Message], replies: Iterable[OutboxItem], support_name: str, now: datetime
) -> tuple[MessageView, ...]:
    """Messages and replies on their way, oldest first."""
    shown = [message_view(message, support_name) for message in messages]
    return (*shown, *(reply_view(item, support_name, now) for item in replies if item.state in UNSETTLED))


def message_view(message: Message, support_name: str) -> MessageView:
    """A stored message; outbound ones are stored once delivered."""
    outbound = message.direction == "outbound"
    return MessageView(
        key=f"m{message.id}",
        direction=message.direction,
        author=message.author or (support_name if outbound else "Unknown sender"),
        at=message.at,
        body=message.body,
        auto_sent=message.auto_sent,
        notice=message.notice,
        delivery=DeliveryView("delivered", wording.DELIVERIES["delivered"]) if outbound else None,
    )


def reply_view(item: OutboxItem, support_name: str, now: datetime) -> MessageView:
    """A reply that has been decided and is not known to have arrived."""
    waits = item.state == "waiting"
    delivery = DeliveryView(
        state=item.state,
        label=wording.DELIVERIES[item.state] if not item.attempts or not waits else "Trying again",
        outbox_id=item.id,
        detail=item.last_error,
        undo_until=item.work_after if waits and item.work_after > now else None,
    )
    author = item.author or support_name
    return MessageView(f"o{item.id}", "outbound", author, item.created_at, item.body, item.by == "auto", delivery)


def draft_view(
    draft: Draft,
    versions: Sequence[DraftVersion] = (),
    spent: str = "",
    *,
    has_model: bool = False,
    answers: Sequence[Mapping[str, Any]] = (),
) -> DraftView:
    """A draft in the wording shown, with its sources, doubts and gates; `answers` are those of its ticket."""
    shown = next((row for row in versions if row.number == draft.shown), None)
    text = shown or draft
    citations = tuple(
        CitationView(number, row["article_id"], row.get("title") or row["article_id"], row["passage_id"], row["quote"])
        for number, row in enumerate(text.citations, start=1)
    )
    gates = tuple(
        GateView(row["name"], wording.gate_label(row["name"]), row["passed"], row["reason"]) for row in draft.gates
    )
    way = shown.way if shown else QUOTING
    return DraftView(
        draft_id=draft.id or 0,
        body=text.body,
        state=draft.state,
        writer=writer_words(text.writer, way),
        confidence=percent(draft.confidence),
        calibrated=draft.calibrated,
        citations=citations,
        gates=gates,
        sentences=sentence_views(text.sentences, text.citations),
        held=draft.action == "hold",
        versions=(VersionView(1, "As drafted"), *(version_view(row) for row in versions)),
        shown=draft.shown,
        way=way,
        model=text.writer,
        problem=shown.problem if shown else None,
        spent=spent,
        has_model=has_model,
        measured=tuple(
            (wording.label(wording.MEASURED, name), percent(value)) for name, value in draft.evidence.items()
        ),
        decided=wording.decided_alone(draft.would_send, draft.drawn),
        left_open=() if shown else tuple(row["question"] for row in answers if row.get("answers_question") is False),
    )


def sentence_views(
    sentences: Iterable[Mapping[str, Any]], citations: Iterable[Mapping[str, Any]]
) -> tuple[SentenceView, ...]:
    """Each sentence of a draft with its source; drafts of earlier versions know no source."""
    cited = {row["passage_id"]: row for row in citations}
    found = []
    for row in sentences:
        article = cited.get(row.get("passage_id") or "", {})
        faults = tuple(row.get("faults") or ())
        article_id = article.get("article_id")
        title = article.get("title") or article_id
        passage_id = row.get("passage_id") if article_id else None
        found.append(
            SentenceView(row["text"], row["support"], faults, row.get("source"), passage_id, article_id, title)
        )
    return tuple(found)


def writer_words(writer: str, way: str) -> str:
    """Who chose or worded a draft."""
    if writer == EXTRACTIVE:
        return "Quoted from your articles"
    return f"Worded by {writer}" if way == FREE else f"Quotes chosen by {writer}"


def version_view(row: DraftVersion) -> VersionView:
    """What was asked for, in a few words."""
    parts = (
        "own words" if row.way == FREE else "quoted",
        row.style,
        wording.label(wording.LANGUAGES, row.language),
        "one source" if row.passage_id else None,
    )
    words = ", ".join(part for part in parts if part)
    return VersionView(row.number, words[:1].upper() + words[1:])


def spent_words(spent: Spent, currency: str) -> str:
    """What a language model was asked for one draft; "" when it was not."""
    if not spent.calls:
        return ""
    about, cost = "about " if spent.estimated else "", f", {spent.cost:.4f} {currency}" if spent.cost else ""
    asked = wording.plural(spent.calls, "request")
    return f"{asked} to the model: {about}{spent.tokens_in:,} tokens asked, {spent.tokens_out:,} answered{cost}"


def draft_state(ticket: Ticket, draft: Draft | None) -> tuple[str, str | None]:
    """What stands in the draft's place while none is open, and the notice above it."""
    if draft is not None and draft.state == "open":
        return "open", None
    if ticket.work_state == "waiting":
        return "writing", None
    if ticket.work_state == "failed":
        return "failed", ticket.no_draft_reason
    notice = DRAFT_NOTICES.get(draft.state) if draft is not None and not ticket.reply_pending else None
    return "none", ticket.no_draft_reason or notice


def triage_view(ticket: Ticket, categories: Sequence[Category]) -> TriageView | None:
    """What triage found, and the selects to correct it; None before triage."""
    if not ticket.triage:
        return None
    titles = {row.name: row.title or row.name for row in categories}
    found: dict[str, Any] = ticket.triage
    guess, others = guesses(found.get("category"), titles)
    mood = str(found.get("sentiment", {}).get("label", "neutral"))
    options = {**titles, "": "None of these"}
    return TriageView(
        category=guess,
        alternatives=others,
        in_scope=ticket.category is not None if ticket.category_is_manual else bool(found.get("in_scope", True)),
        sentiment=mood,
        language=ticket.language,
        priority=ticket.priority,
        reasons=tuple(found.get("reasons", ())),
        categories=choices(options, ticket.category or ""),
        priorities=choices(wording.PRIORITIES, ticket.priority),
        sentiments=choices(wording.SENTIMENTS, mood),
        sentiment_is_manual=bool(found.get("sentiment", {}).get("by_hand")),
        category_is_manual=ticket.category_is_manual,
        priority_is_manual=ticket.priority_is_manual,
        tags=tuple(ticket.tags),
        team=ticket.team,
        assignee=ticket.assignee,
        signals=tuple(wording.label(wording.SIGNALS, signal) for signal in found.get("signals", ())),
        questions=asked_views(found.get("questions", ()), ticket.answers),
    )


def asked_views(questions: Sequence[str], answers: Sequence[Mapping[str, Any]]) -> tuple[AskedView, ...]:
    """The questions with what answers each, as far as they have been searched."""
    by_question = {str(row["question"]): row for row in answers}
    return tuple(
        AskedView(question, row.get("article_id"), row.get("title"), row.get("passage_id"), bool(row))
        for question, row in ((question, by_question.get(question, {})) for question in questions)
    )


def guesses(found: Mapping[str, Any] | None, titles: Mapping[str, str]) -> tuple[Guess | None, tuple[Guess, ...]]:
    """The likeliest category and the others worth naming."""
    if not found:
        return None, ()
    others = tuple(
        Guess(titles.get(row["label"], row["label"]), percent(row["confidence"]))
        for row in found.get("alternatives", ())
        if row["confidence"] >= 0.01
    )
    return Guess(titles.get(found["label"], found["label"]), percent(found["confidence"])), others


def timer_views(timers: Iterable[Timer], told: Told = told_nothing) -> tuple[TimerView, ...]:
    """The promises: those still owed first, the soonest due before the others; `told` words a metric's promise."""
    return tuple(timer_view(timer, told) for timer in sorted(timers, key=_owed_first))


def _owed_first(timer: Timer) -> tuple[bool, bool, float]:
    return (not timer.is_open, timer.due_at is None, timer.due_at.timestamp() if timer.due_at else 0.0)


def timer_view(timer: Timer, told: Told = told_nothing) -> TimerView:
    """One promise with the stretches that add up to its elapsed time."""
    name = wording.label(wording.METRICS, timer.metric.value)
    return TimerView(
        metric=name,
        due=due_of(timer, name),
        elapsed=wording.duration(timer.elapsed.total_seconds()),
        why=f"{explain(timer).partition(': ')[2]} ({timer.timezone})",
        segments=segment_views(timer.segments[-MOST_SEGMENTS:], timer.due_at),
        promise=told(timer.metric),
    )


def due_of(timer: Timer, name: str) -> DueView:
    """Where the promise stands, in a word or as a countdown."""
    if timer.state is State.CANCELLED:
        return DueView("none", "cancelled")
    if timer.state is State.BREACHED and not timer.is_open:
        return DueView("late", "answered late")
    return DueView(timer.state.value, f"{name} due" if timer.due_at else name, timer.due_at)


def segment_views(segments: Sequence[Segment], due_at: datetime | None) -> tuple[SegmentView, ...]:
    """Segments with their place on a bar that ends when the promise falls due, or later if that has passed."""
    if not segments:
        return ()
    begin = segments[0].start
    ends = max(segments[-1].end, due_at or segments[-1].end)
    whole = max((ends - begin).total_seconds(), 1.0)
    return tuple(
        SegmentView(
            kind=row.kind.value,
            starts_at=row.start,
            ends_at=row.end,
            duration=wording.duration((row.end - row.start).total_seconds()),
            reason=row.why,
            offset=100 * (row.start - begin).total_seconds() / whole,
            width=100 * (row.end - row.start).total_seconds() / whole,
        )
        for row in segments
    )
