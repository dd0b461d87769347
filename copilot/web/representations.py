"""The JSON shapes of API version 1; they follow the contract and hide the tables."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from copilot.drafting import QUOTING
from copilot.knowledge_base import ArticleFacts
from copilot.queue import QueuePlace
from copilot.store.articles import is_indexed
from copilot.store.tables import ArticleRow, Draft, DraftVersion, Message, OutboxItem, Ticket
from knowledge.retrieval import Retrieval
from sla.handling import HandlingTimes
from sla.load import Load
from sla.timers import Timer, write_instant


def ticket_json(
    ticket: Ticket,
    messages: Sequence[Message],
    timers: Sequence[Timer],
    policy: str,
    draft: Draft | None,
    versions: Sequence[DraftVersion] = (),
) -> dict[str, Any]:
    """A ticket with its conversation, triage, timers and newest draft with its other wordings."""
    return {
        "id": ticket.id,
        "channel": ticket.channel,
        "external_id": ticket.external_id,
        "status": ticket.status,
        "subject": ticket.subject,
        "received_at": write_instant(ticket.received_at),
        "processed": ticket.work_state != "waiting",
        "messages": [message_json(message) for message in messages],
        "triage": triage_json(ticket) if ticket.triage else None,
        "sla": {"policy": policy, "timers": [timer.to_dict() for timer in timers]},
        "draft": draft_json(draft, versions) if draft else None,
        "no_draft_reason": ticket.no_draft_reason,
        "answers": ticket.answers,
    }


def triage_json(ticket: Ticket) -> dict[str, Any]:
    """What triage found, with what people have corrected since."""
    corrected: dict[str, Any] = {
        "priority": ticket.priority, "tags": ticket.tags, "team": ticket.team, "assignee": ticket.assignee,
    }  # fmt: skip
    if ticket.category_is_manual:
        label = ticket.category
        corrected["category"] = {"label": label, "confidence": 1.0, "alternatives": []} if label else None
        corrected["in_scope"] = label is not None
    return {**ticket.triage, **corrected}


def message_json(message: Message) -> dict[str, Any]:
    """One message."""
    return {
        "id": message.id,
        "external_id": message.external_id,
        "direction": message.direction,
        "body": message.body,
        "author": message.author,
        "auto_sent": message.auto_sent,
        "notice": message.notice,
        "at": write_instant(message.at),
    }


def draft_json(draft: Draft, versions: Sequence[DraftVersion] = ()) -> dict[str, Any]:
    """A draft in the wording shown, with its sources, the decision about it, and all its wordings."""
    shown = next((row for row in versions if row.number == draft.shown), draft)
    return {
        "id": draft.id,
        "body": shown.body,
        "state": draft.state,
        "writer": shown.writer,
        "confidence": draft.confidence,
        "calibrated": draft.calibrated,
        "evidence": draft.evidence,
        "would_send": draft.would_send,
        "drawn": draft.drawn,
        "citations": shown.citations,
        "sentences": shown.sentences,
        "decision": {"action": draft.action, "gates": draft.gates},
        "fingerprint": draft.fingerprint,
        "version": draft.shown,
        "versions": [first_version_json(draft), *(version_json(row) for row in versions)],
    }


def first_version_json(draft: Draft) -> dict[str, Any]:
    """The draft as the pipeline made it, among its wordings."""
    plain = {"style": None, "language": None, "passage_id": None, "problem": None, "by": None}
    at = write_instant(draft.created_at)
    return {"number": 1, "way": QUOTING, "body": draft.body, "writer": draft.writer, "created_at": at, **plain}


def version_json(row: DraftVersion) -> dict[str, Any]:
    """Another wording."""
    names = ("number", "way", "body", "writer", "style", "language", "passage_id", "problem", "by")
    return {**{name: getattr(row, name) for name in names}, "created_at": write_instant(row.created_at)}


def place_json(place: QueuePlace, ticket: Ticket) -> dict[str, Any]:
    """A row of the queue."""
    return {
        "ticket_id": ticket.id,
        "rank": place.rank,
        "due_at": write_instant(ticket.next_due_at) if ticket.next_due_at else None,
        "goal_due_at": write_instant(ticket.next_goal_at) if ticket.next_goal_at else None,
        "due_metric": ticket.next_due_metric,
        "why": place.why,
        "subject": ticket.subject,
        "priority": ticket.priority,
        "category": ticket.category,
        "status": ticket.status,
    }


def load_json(load: Load) -> dict[str, Any]:
    """A forecast of the next hours; `alarm` is null while all is well."""
    return {
        "utilisation": round(load.utilisation, 4),
        "arrivals_per_hour": round(load.arrivals_per_hour, 2),
        "agents": load.agents,
        "agents_needed": load.agents_needed,
        "hours": load.horizon.total_seconds() / 3600,
        "will_miss": load.will_miss,
        "already_late": load.already_late,
        "overloaded": load.overloaded,
        "alarm": load.alarm,
    }


def handling_json(times: HandlingTimes) -> dict[str, Any]:
    """What a ticket is expected to take, in minutes, and how much was measured of it; most observations first."""
    by_most = sorted(times.by_category, key=lambda name: (-times.counts[name], name))
    return {
        "team_minutes": in_minutes(times.team),
        "measured": times.measured,
        "observations": times.observations,
        "categories": [
            {"category": name, "minutes": in_minutes(times.of(name)), "observations": times.counts[name]}
            for name in by_most
        ],
    }


def in_minutes(time: timedelta) -> float:
    """With two digits."""
    return round(time / timedelta(minutes=1), 2)


def reply_json(item: OutboxItem) -> dict[str, Any]:
    """A reply on its way."""
    return {"id": item.id, "ticket_id": item.ticket_id, "draft_id": item.draft_id, "state": item.state}


def article_json(article: ArticleRow) -> dict[str, Any]:
    """An article; `indexed` says whether searches see it as it is now."""
    return {
        "id": article.id,
        "title": article.title,
        "body": article.body,
        "language": article.language,
        "visibility": article.visibility,
        "category": article.category,
        "status": article.status,
        "valid_until": article.valid_until.isoformat() if article.valid_until else None,
        "owner": article.owner,
        "updated_at": write_instant(article.updated_at),
        "indexed": is_indexed(article),
    }


def search_json(query: str, found: Retrieval, facts: Mapping[str, ArticleFacts]) -> dict[str, Any]:
    """Hits of a search, best first; `facts` are the articles'. One that is withdrawn at this moment is left out."""
    items = [
        {
            "article_id": match.passage.article_id,
            "passage_id": match.passage.id,
            "title": match.passage.title,
            "heading": match.passage.heading,
            "text": match.passage.text,
            "start": match.passage.start,
            "end": match.passage.end,
            "visibility": facts[match.passage.article_id].visibility,
            "language": facts[match.passage.article_id].language,
            "category": facts[match.passage.article_id].category,
            "score": round(match.score, 4),
        }
        for match in found.matches
        if match.passage.article_id in facts
    ]
    return {"query": query, "answerable": round(found.answerable, 4), "degraded": found.degraded, "items": items}
