"""Decides which gaps an article answers by now. Looks whenever the articles have changed and the index has them all.

A gap closes when most of its newest questions find the same public article first, are answered by it, and it was
written or changed after they were asked: what was there before is what failed them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from copilot.autosend import DRAFT_FLOOR
from copilot.errors import Unavailable
from copilot.knowledge_base import KnowledgeBase
from copilot.store import articles, journal
from copilot.store import gaps as store
from copilot.store.session import Session
from copilot.store.tables import Gap, GapQuestion, GapScan

AT_ONCE = 20
ASKED = 5
# an article that was not written for the gap must answer this surely
ANSWERS = 0.5


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at some gaps found: article by gap. `state` is how the articles stood; `done` when no gap is left."""

    state: str
    up_to: int
    looked: int
    answered: dict[int, str]
    done: bool


def look(session: Session, knowledge: KnowledgeBase, now: datetime) -> Looked | None:
    """Compare the next gaps with the articles; None when all have been compared, or while the index is behind."""
    scan, state = store.scan(session), state_of(session, now)
    if scan is None or scan.checked == state or not _is_whole(knowledge):
        return None
    after = scan.checked_up_to if scan.checking == state else 0
    rows = store.to_check(session, after, AT_ONCE)
    if rows:
        knowledge.refresh()
    answered = {gap.id: found for gap in rows if (found := _answer(session, knowledge, gap))}
    up_to = rows[-1].id if rows else after
    return Looked(state, up_to, max(len(rows), 1), answered, done=len(rows) < AT_ONCE)


def state_of(session: Session, now: datetime) -> str:
    """Changes whenever an article does."""
    return str(articles.version(session, now.date()))


def _is_whole(knowledge: KnowledgeBase) -> bool:
    try:
        return knowledge.progress().waiting == 0
    except Unavailable:
        return False


def _answer(session: Session, knowledge: KnowledgeBase, gap: Gap) -> str | None:
    questions = store.questions(session, gap.id, ASKED)
    votes = Counter(found for row in questions if (found := _answers(session, knowledge, gap, row)))
    article_id, count = votes.most_common(1)[0] if votes else ("", 0)
    return article_id if count * 2 > len(questions) else None


def _answers(session: Session, knowledge: KnowledgeBase, gap: Gap, row: GapQuestion) -> str | None:
    """The article that answers a question, if it was not there when it was asked."""
    language = None if row.language == "unknown" else row.language
    found = knowledge.search(row.text, np.frombuffer(row.vector, np.float32), 1, language=language)
    if not found.matches:
        return None
    article_id = found.matches[0].passage.article_id
    sure = found.answerable >= (DRAFT_FLOOR if article_id == gap.article_id else ANSWERS)
    article = articles.get(session, article_id) if sure else None
    return article_id if article is not None and article.updated_at > row.at else None


def keep(session: Session, scan: GapScan, looked: Looked, now: datetime) -> None:
    """Close what is answered, and remember how far the look has come."""
    for gap_id, article_id in looked.answered.items():
        gap = store.by_ids(session, [gap_id]).get(gap_id)
        if gap is not None and gap.state in store.UNDECIDED:
            close(session, gap, article_id, now)
    scan.checking, scan.checked_up_to = looked.state, looked.up_to
    if looked.done:
        scan.checked, scan.checked_up_to = looked.state, 0


def close(session: Session, gap: Gap, article_id: str, now: datetime) -> None:
    """An article answers this now."""
    gap.state, gap.article_id, gap.by, gap.reason = "closed", article_id, None, None
    gap.decided_at, gap.size_then, gap.saved = now, gap.size, 0
    journal.record(session, now, "gap_closed", gap_id=gap.id, article_id=article_id)
