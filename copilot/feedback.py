"""What agents keep changing: notes changed sentences with each verdict, and reports them with a proposed article.

Proposes and never applies: an article changes only when an admin saves it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot import changes
from copilot.acceptance import judge
from copilot.changes import Wording
from copilot.errors import NotFound
from copilot.store import articles
from copilot.store import feedback as store
from copilot.store.feedback import ChangedSentence, Counts
from copilot.store.session import Session
from copilot.store.tables import Draft, SentenceChangeRow, Verdict

MOST_ROWS = 100
MOST_SENTENCES = 20
MOST_CHANGES_A_REPLY = 50
LATELY = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Changed:
    """A sentence that people change, with the ways in which they put it, the most shared first."""

    sentence: ChangedSentence
    wordings: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What people made of the drafts of a period. `rejections` are by article and reason; `titles` by article."""

    since: datetime
    until: datetime
    articles: tuple[Counts, ...]
    categories: tuple[Counts, ...]
    rejections: Mapping[str, Mapping[str, int]]
    sentences: tuple[Changed, ...]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sentence and what people put in its place; `body` is the article with it, None when it says this no longer."""

    before: str
    after: str
    body: str | None


def note_changes(session: Session, draft: Draft, verdict: Verdict) -> None:
    """Keep which quoted sentences of a draft the person put otherwise in what was sent."""
    cited = {citation["passage_id"]: citation["article_id"] for citation in draft.citations}
    home = {row["text"]: cited.get(row.get("passage_id") or "") for row in draft.sentences}
    found = [change for change in changes.sentence_changes(draft.body, verdict.body or "") if home.get(change.before)]
    for change in found[:MOST_CHANGES_A_REPLY]:
        article_id = home[change.before] or ""
        facts_changed = not change.after or bool(judge(change.before, change.after).changed_facts)
        session.add(
            SentenceChangeRow(
                verdict_id=verdict.id or 0, article_id=article_id, category=draft.category,
                key=key_of(article_id, change.before), before=change.before, after=change.after,
                facts_changed=facts_changed, by=verdict.by, at=verdict.at,
            )
        )  # fmt: skip


def key_of(article_id: str, sentence: str) -> str:
    """One name for a sentence of an article, whoever changed it."""
    return hashlib.sha256(json.dumps([article_id, sentence]).encode()).hexdigest()


def report(session: Session, since: datetime, until: datetime) -> Feedback:
    """What people made of the drafts written from `since` up to `until`, in a fixed number of queries."""
    rows = store.by_article(session, since, until, MOST_ROWS)
    names = [row.name or "" for row in rows]
    sentences = store.changed_sentences(session, since, until, MOST_SENTENCES)
    titled = articles.titles(session, {*names, *(sentence.article_id for sentence in sentences)})
    return Feedback(
        since=since,
        until=until,
        articles=tuple(rows),
        categories=tuple(store.by_category(session, since, until, MOST_ROWS)),
        rejections=store.rejections(session, since, until, names),
        sentences=tuple(Changed(row, _wordings(session, row.key, since, until)) for row in sentences),
        titles=titled,
    )


def proposal(session: Session, article_id: str, key: str, now: datetime) -> Proposal:
    """What an article would say with the wording that most people agreed on lately. Raises `NotFound`."""
    row, article = store.changed_sentence(session, key), articles.find(session, article_id)
    found = _wordings(session, key, now - LATELY, now + timedelta(days=1))
    if row.article_id != article_id or not found:
        raise NotFound("There is no such change of this article.", field="change")
    after = found[0].text
    return Proposal(row.before, after, changes.replaced(article.body, row.before, after))


def _wordings(session: Session, key: str, since: datetime, until: datetime) -> tuple[Wording, ...]:
    return changes.grouped(store.wordings(session, key, since, until, changes.MOST_GROUPED))
