"""Compares articles with each other in the background: which sentences contradict each other, which articles say the
same twice. Also what makes an article stale.

Each article that is new or changed is compared with the passages nearest to its own, which the index finds, so that the
work grows with the changes and not with the square of the articles. What is stored of an article is replaced in one
transaction; whatever interrupts the work, the next step begins with the first article that is due.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np
import structlog

from copilot.errors import Unavailable
from copilot.knowledge_base import KnowledgeBase
from copilot.store import findings as store
from copilot.store import journal
from copilot.store.session import Database, Session
from copilot.store.tables import ArticleCheck, ArticleFinding, ArticleRow
from copilot.timesource import TimeSource
from knowledge.contradictions import Contradiction, Side, contradictions, same_subject, without_forms
from knowledge.languages import primary
from knowledge.vector_index import Hit, IndexUnavailable

AT_ONCE = 10
NEIGHBOURS = 12
# cosines of passages, title included, as all-MiniLM-L6-v2 puts them: about the same; nearly the same words
NEAR = 0.72
TWIN = 0.93
# this share of an article's passages must have a twin in another one to call it a duplicate
REPEATED = 0.6
MOST_LINKS = 200
SOON = timedelta(days=30)
LOOKED_BACK = timedelta(days=90)
UNCHANGED = timedelta(days=30)
FEWEST_WRONG = 3
MOST_VERDICTS = 5_000
MOST_STALE = 200

_LINK = re.compile(r"https?://[^\s<>()\"'\]]+")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stale:
    """Why an article has to be looked at, in words. `kind` is "expiring", "rejected" or "link"."""

    article_id: str
    title: str
    kind: str
    reason: str


class Consistency:
    """The worker's step."""

    def __init__(self, db: Database, now: TimeSource, knowledge: KnowledgeBase) -> None:
        self.db, self.now, self.knowledge = db, now, knowledge

    def step(self) -> int:
        """Compare some articles that are new or changed; returns how many."""
        with self.db.read() as session:
            gone = store.left_over(session, AT_ONCE)
            due = store.unchecked(session, self.knowledge.embedder.fingerprint, AT_ONCE)
            try:
                found = {row.id: self._compared(session, row) for row in due}
            except (IndexUnavailable, Unavailable) as error:
                log.warning("articles_not_compared", reason=str(error))
                return 0
        for article_id in gone:
            self.db.transact(lambda session, id=article_id: store.replace(session, id, (), None))  # type: ignore[misc]  # bound per turn
        for row in due:
            self._store(row, found[row.id])
        return len(due) + len(gone)

    def _store(self, row: ArticleRow, found: Sequence[ArticleFinding]) -> None:
        links = list(dict.fromkeys(match.group().rstrip(".,;:!?") for match in _LINK.finditer(row.body)))[:MOST_LINKS]

        def keep(session: Session) -> None:
            copies = [ArticleFinding(**finding.model_dump()) for finding in found]
            check = ArticleCheck(article_id=row.id, checked=row.indexed_hash or "", links=links)
            store.replace(session, row.id, copies, check)

        self.db.transact(keep)

    def _compared(self, session: Session, row: ArticleRow) -> list[ArticleFinding]:
        near = self._near(row.id)
        wanted = sorted({name for hits in near.values() for name in (hit.passage_id for hit in hits)} | near.keys())
        rows = store.passages(session, wanted)
        others = store.usable(session, {hit.article_id for hits in near.values() for hit in hits}, self.now().date())
        found: dict[str, ArticleFinding] = {}
        differing: list[tuple[str, Contradiction]] = []
        for name, hits in near.items():
            for hit in hits:
                other = others.get(hit.article_id)
                if other is not None and name in rows and hit.passage_id in rows and comparable(row, other):
                    pairs = contradictions(rows[name].text, rows[hit.passage_id].text, row.language)
                    differing += [(hit.article_id, one) for one in pairs]
        meant = {id(one) for one in without_forms([one for _, one in differing])}
        for other_id, one in differing:
            if id(one) in meant:
                finding = self._finding(row.id, other_id, one)
                found.setdefault(finding.key, finding)
        told = {row.id} | {name for kept in found.values() for name in (kept.article_id, kept.other_id)}
        for twin in self._repeated(row, near, others):
            if not {twin.article_id, twin.other_id} <= told:
                found.setdefault(twin.key, twin)
        return list(found.values())

    def _near(self, article_id: str) -> dict[str, list[Hit]]:
        """For each passage of an article, the passages of others that speak of the same."""
        index, likeness = self.knowledge.index, self.knowledge.embedder.likeness
        near = {}
        for name, vector in index.vectors_of(article_id).items():
            hits = index.search(np.asarray(vector), NEIGHBOURS, "all")
            near[name] = [
                Hit(hit.passage_id, hit.article_id, likeness.like_the_default(hit.score))
                for hit in hits
                if hit.article_id != article_id and likeness.like_the_default(hit.score) >= NEAR
            ]
        return near

    def _repeated(
        self, row: ArticleRow, near: Mapping[str, Sequence[Hit]], others: Mapping[str, ArticleRow]
    ) -> Iterator[ArticleFinding]:
        twins = Counter(
            other for hits in near.values() for other in {hit.article_id for hit in hits if hit.score >= TWIN}
        )
        for other_id, count in twins.items():
            other = others.get(other_id)
            if other is not None and primary(other.language) == primary(row.language) and count >= REPEATED * len(near):
                sides = (Side(row.title, 0, len(row.title), (0, 0)), Side(other.title, 0, len(other.title), (0, 0)))
                yield self._finding(row.id, other_id, Contradiction("duplicate", *sides, round(count / len(near), 3)))

    def _finding(self, article_id: str, other_id: str, one: Contradiction) -> ArticleFinding:
        """The same finding from either article, so that it is stored once."""
        pairs = sorted([(article_id, asdict(one.left)), (other_id, asdict(one.right))], key=lambda pair: pair[0])
        (first, left), (second, right) = pairs
        said = json.dumps([one.kind, first, left["text"], left["fact"], second, right["text"], right["fact"]])
        return ArticleFinding(
            key=hashlib.sha256(said.encode("utf-8", "replace")).hexdigest(), kind=one.kind, article_id=first,
            other_id=second, left=left, right=right, alike=one.alike, found_at=self.now(),
        )  # fmt: skip


def comparable(row: ArticleRow, other: ArticleRow) -> bool:
    """Whether two articles may be about the same, in the same language."""
    return primary(row.language) == primary(other.language) and same_subject(row.title, other.title)


def dismiss(session: Session, finding_id: int, now: datetime, by: str) -> ArticleFinding:
    """An admin says that these do not contradict each other; believed until one of the two sentences changes."""
    row = store.find(session, finding_id)
    row.dismissed_by, row.dismissed_at = by, now
    journal.record(
        session, now, "article_finding_dismissed", finding=finding_id, finding_kind=row.kind,
        articles=[row.article_id, row.other_id], by=by,
    )  # fmt: skip
    return row


def stale(session: Session, now: datetime) -> list[Stale]:
    """Articles that are about to expire or have, that people keep rejecting, or whose links lead nowhere."""
    return [*_expiring(session, now), *_rejected(session, now), *_linked(session)][:MOST_STALE]


def _expiring(session: Session, now: datetime) -> Iterator[Stale]:
    today = now.date()
    for row in store.expiring(session, today + SOON):
        last = row.valid_until or today
        when = f"expired on {last:%-d %B %Y}" if last < today else f"is valid until {last:%-d %B %Y}"
        yield Stale(row.id, row.title, "expiring", f"It {when}.")


def _rejected(session: Session, now: datetime) -> Iterator[Stale]:
    """Articles that have long been as they are while what they answer is rejected or sent with other facts."""
    wrong: dict[str, int] = defaultdict(int)
    all_of: dict[str, int] = defaultdict(int)
    rows = store.judged(session, now - LOOKED_BACK, MOST_VERDICTS)
    articles = store.titles(session, {name for row in rows for name in row.article_ids})
    for row in rows:
        for name in row.article_ids:
            if name in articles and articles[name].updated_at < row.at:
                all_of[name] += 1
                wrong[name] += row.wrong
    for name in sorted(wrong, key=lambda name: (-wrong[name], name)):
        article = articles[name]
        if wrong[name] >= FEWEST_WRONG and article.status == "published" and now - article.updated_at >= UNCHANGED:
            reason = (
                f"Unchanged since {article.updated_at:%-d %B %Y}, while of {all_of[name]} drafts out of it "
                f"{wrong[name]} were rejected or sent with other facts."
            )
            yield Stale(name, article.title, "rejected", reason)


def _linked(session: Session) -> Iterator[Stale]:
    dead = store.dead_links(session, MOST_STALE)
    for name, article in store.titles(session, dead).items():
        if article.status == "published":
            yield Stale(name, article.title, "link", f"Its source no longer has {_listed(dead[name])}.")


def _listed(links: Iterable[str]) -> str:
    shown = list(links)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
