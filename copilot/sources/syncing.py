"""Brings articles up to date with their source: new ones in, changed ones changed, deleted ones withdrawn.

A run is recorded as it goes, a batch of articles in one transaction with what the source said of them, so that one that
dies is gone on with and nothing is read twice. One process at a time, by a claim. A source that suddenly tells of much
less than before is not believed without an admin's word.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from copilot.errors import AnswerableError, Conflict, Invalid, Unavailable
from copilot.knowledge_base import save_article, withdraw_article
from copilot.sources.guarded import FetchError, checked_url, host_of
from copilot.sources.merging import Word, standing
from copilot.sources.reading import AnswersReading, FileReading, Item, Reading, Seen, SiteReading
from copilot.store import article_imports, journal
from copilot.store import articles as article_store
from copilot.store import sources as store
from copilot.store.session import Database, DatabaseDown, Session
from copilot.store.tables import KnowledgeSource, SourceItem
from copilot.timesource import TimeSource

BATCH = 10
LEASE = timedelta(minutes=15)
STALE_RUN = timedelta(hours=24)
SAFE_SHARE = 0.3
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=24)
MOST_HOURS = 24 * 90
MOST_REASONS = 200
KINDS = ("site", "files", "answers")
TICKETS = "solved tickets"
COUNTS = ("read", "added", "changed", "same", "withdrawn", "refused")
# what was said of these leaves no mark, so that a run which goes on is told of them once more
AGAIN = ("refused", "gone")

Report = Callable[[int, int], None]
Open = Callable[[KnowledgeSource], Reading]

log = structlog.get_logger(__name__)


def silent(done: int, total: int) -> None:
    """The worker shows no progress bar; the page reads it from the database."""


class Interrupted(AnswerableError):
    """The process ends, or another one has taken over; the run will be gone on with."""


def reading_of(db: Database, support_name: str) -> Open:
    """How sources are read; answers out of this database, in which replies are signed by the team of this name."""

    def opened(source: KnowledgeSource) -> Reading:
        if source.kind == "site":
            return SiteReading(source.address, allow_private=source.allow_private)
        if source.kind == "answers":
            return AnswersReading(db, support_name)
        return FileReading(Path(source.address))

    return opened


class Sources:
    """Adds sources and reads them; `step` is the worker's."""

    def __init__(self, db: Database, now: TimeSource, worker: str, opened: Open) -> None:
        self.db, self.now, self.worker, self.opened = db, now, worker, opened
        self._stop = threading.Event()

    def add(
        self, session: Session, kind: str, address: str, by: str, every_hours: int | None = None, *,
        allow_private: bool = False,
    ) -> KnowledgeSource:  # fmt: skip
        """The source at this address, made when there is none, with this schedule. Raises `Invalid`."""
        address = checked_address(kind, address)
        if every_hours is not None and not 1 <= every_hours <= MOST_HOURS:
            raise Invalid(f"every_hours must be 1 to {MOST_HOURS}.", field="every_hours")
        row = store.at(session, kind, address)
        if row is None:
            row = KnowledgeSource(kind=kind, address=address, created_at=self.now(), by=by, result={})
            session.add(row)
            journal.record(session, self.now(), "source_added", source=address, source_kind=kind, by=by)
        row.every_hours, row.allow_private = every_hours, allow_private
        row.work_after = self.now() if every_hours is not None else row.work_after
        session.flush()
        return row

    def known(self, session: Session, kind: str, address: str) -> KnowledgeSource | None:
        """The source at this address, when there is one. Raises `Invalid`."""
        return store.at(session, kind, checked_address(kind, address))

    def stop(self) -> None:
        """Let a run that goes on end after the present article."""
        self._stop.set()

    def step(self) -> int:
        """Read the source that is due; 0 without one."""
        with self.db.write() as session:
            source_id = store.claim_due(session, self.worker, self.now(), LEASE)
        if source_id is None:
            return 0
        self._run(source_id, silent)
        return 1

    def sync(self, source_id: int, report: Report) -> dict[str, Any]:
        """Read this source now; returns the counts. Raises `NotFound`, or `Conflict` while another process reads it."""
        with self.db.write() as session:
            store.find(session, source_id)
            if not store.claim_one(session, source_id, self.worker, self.now(), LEASE):
                raise Conflict("This source is being read right now.")
        return self._run(source_id, report)

    def confirm_withdrawal(self, session: Session, source_id: int, by: str) -> int:
        """An admin's word: withdraw what the last run did not dare to; returns how many."""
        source = store.find(session, source_id)
        keys = set(source.result.get("held", ()))
        since = source.last_run_at or self.now()
        missing = [row for row in store.unseen(session, source_id, since) if row.key in keys]
        self._withdraw(session, source, missing, by)
        articles = len({row.article_id for row in missing})
        counts = {"withdrawn": source.result.get("withdrawn", 0) + articles}
        source.result = {**source.result, **counts, "held": []}
        return articles

    def remove(self, session: Session, source_id: int, by: str, *, withdraw: bool) -> int:
        """Forget a source and what it said; its articles stay as they are, or are withdrawn unless another source tells
        of them. Returns how many it stood for. Raises `NotFound`, and `Conflict` while a process reads it."""
        source = store.find(session, source_id)
        if not store.claim_one(session, source_id, self.worker, self.now(), LEASE):
            raise Conflict("This source is being read right now.")
        items = list({item.article_id: item for item in store.items(session, source_id) if not item.gone}.values())
        if withdraw:
            ours = [item for item in items if not store.belongs_elsewhere(session, item.article_id, source_id)]
            self._withdraw(session, source, ours, by)
        journal.record(
            session, self.now(), "source_removed", source=source.address, articles=len(items), withdrawn=withdraw, by=by
        )
        store.remove(session, source)
        return len(items)

    def _run(self, source_id: int, report: Report) -> dict[str, Any]:
        try:
            return Run(self, source_id, report, self._stop).go()
        except Interrupted:
            self._release(source_id)
            raise
        except DatabaseDown as error:
            raise Unavailable(
                f"The database cannot be written: {str(error.orig)[:200]}. The next run goes on."
            ) from error
        except (FetchError, AnswerableError, ValueError, OSError) as error:
            log.warning("source_failed", source=source_id, error=str(error))
            return self._failed(source_id, str(error)[:500])
        except BaseException:
            # Ctrl-C, the process' end, a fault of ours: the next run need not wait until the claim runs out
            with suppress(DatabaseDown):
                self._release(source_id)
            raise

    def _release(self, source_id: int) -> None:
        with self.db.write() as session:
            source = store.held(session, source_id, self.worker)
            if source is not None:
                source.claimed_by = source.claimed_until = None

    def _failed(self, source_id: int, problem: str) -> dict[str, Any]:
        """Told on the page, and tried again later and later when there is a schedule."""
        with self.db.write() as session:
            source = store.held(session, source_id, self.worker)
            if source is None:
                raise Interrupted("Another process has taken over this source.")
            source.failures += 1
            pause = min(FIRST_RETRY * 2 ** min(source.failures - 1, 12), LONGEST_RETRY)
            source.work_after = self.now() + pause if source.every_hours else None
            source.claimed_by = source.claimed_until = None
            source.result = {**dict.fromkeys(COUNTS, 0), **source.result, "error": problem}
            journal.record(session, self.now(), "source_failed", source=source.address, error=problem)
            return dict(source.result)

    def _withdraw(self, session: Session, source: KnowledgeSource, items: Sequence[SourceItem], by: str) -> None:
        for item in items:
            item.gone = True
            row = article_store.get(session, item.article_id)
            if row is not None and row.status != "withdrawn":
                withdraw_article(session, item.article_id, self.now(), by, source.address)


class Run:
    """One reading of a source from where the last one stopped, until its end."""

    def __init__(self, sources: Sources, source_id: int, report: Report, stop: threading.Event) -> None:
        self.sources, self.source_id, self.report, self.stop = sources, source_id, report, stop
        self.total = 0

    def go(self) -> dict[str, Any]:
        """Read everything, a batch a transaction."""
        source, known, done = self._begin()
        reading = self.sources.opened(source)
        items = reading.items(known, done, self._count)
        for batch in iter(lambda: self._next(items), []):
            self._store(batch)
        return self._finish(reading)

    def _begin(self) -> tuple[KnowledgeSource, dict[str, Seen], set[str]]:
        now = self.sources.now()
        with self.sources.db.write() as session:
            source = self._mine(session)
            if source.run_started_at is None or now - source.run_started_at > STALE_RUN:
                source.run_started_at, source.done, source.total = now, 0, 0
                source.result = {**dict.fromkeys(COUNTS, 0), "reasons": [], "held": [], "notes": [], "error": None}
            source.result = _without(source.result, AGAIN)
            source.done = source.result["read"]
            rows = [row for row in store.items(session, self.source_id) if not row.gone]
            started = source.run_started_at
        known = {row.key: Seen(row.etag, row.last_modified) for row in rows}
        return source, known, {row.key for row in rows if row.seen_at >= started}

    def _next(self, items: Iterator[Item]) -> list[Item]:
        batch = []
        for item in islice(items, BATCH):
            batch.append(item)
            if self.stop.is_set():
                break
        return batch

    def _count(self, total: int) -> None:
        self.total = total

    def _store(self, batch: Sequence[Item]) -> None:
        """The articles, what the source said of them, and the counts, all or nothing."""
        with self.sources.db.write() as session:
            source = self._mine(session)
            now = self.sources.now()
            lists = {name: list(source.result.get(name, ())) for name in ("reasons", "notes")}
            counts: dict[str, Any] = {**source.result, **lists}
            items = store.items_at(session, self.source_id, [item.key for item in batch])
            for item in batch:
                word, reason = self._one(session, source, item, items.get(item.key), now)
                if word != "note":
                    counts["read"] += 1
                    counts[word] = counts.get(word, 0) + 1
                kept = counts["notes" if word == "note" else "reasons"]
                if reason and len(kept) < MOST_REASONS:
                    kept.append({"what": item.key[:300], "why": reason})
            source.done = counts["read"]
            source.total = max(self.total, source.done)
            source.result, source.claimed_until = counts, now + LEASE
            progress = source.done, source.total
        self.report(*progress)
        if self.stop.is_set():
            raise Interrupted("Stopped; the next run goes on from here.")

    def _one(
        self, session: Session, source: KnowledgeSource, item: Item, known: SourceItem | None, now: datetime
    ) -> tuple[str, str]:
        """What became of an item, and what is to be said of it."""
        if item.state in ("refused", "note"):
            return item.state, item.problem
        if item.state == "gone":
            if known is not None:
                known.gone_at = now
            return "gone", ""
        if known is None and item.article is not None:
            known = store.under_another_key(session, self.source_id, item.article.id, source.run_started_at or now)
        if known is not None:
            known.seen_at, known.key, known.place = now, item.key, item.place
        if item.article is None:
            return "same", ""
        word = Word(item.article, item.fields)
        if known is not None and not known.gone and word.is_known(known):
            known.told, known.etag, known.last_modified = word.told, item.etag, item.last_modified
            return "same", ""
        if store.belongs_elsewhere(session, item.article.id, self.source_id):
            return "refused", f"the article {item.article.id!r} belongs to another source"
        return self._save(session, source, item, word, known, now), ""

    def _save(
        self, session: Session, source: KnowledgeSource, item: Item, word: Word, known: SourceItem | None, now: datetime
    ) -> str:
        name = word.article.id
        row = article_store.get(session, name)
        before = known or article_imports.of_articles(session, [name]).get(name)
        changed = False
        if row is None or not item.only_new:
            origin = item.key if source.kind == "site" else source.address
            changed = save_article(session, word.merged(before, row, standing(session, row)), now, "source", origin)
        if known is None:
            known = SourceItem(
                source_id=self.source_id, key=item.key, article_id=name, content_hash="", seen_at=now, place=item.place
            )
            session.add(known)
        known.article_id, known.content_hash, known.told, known.gone = name, word.mark, word.told, False
        known.etag, known.last_modified = item.etag, item.last_modified
        session.flush()
        return "added" if row is None else "changed" if changed else "same"

    def _finish(self, reading: Reading) -> dict[str, Any]:
        """Withdraw what is gone, unless it is suspiciously much, and set when to come again."""
        with self.sources.db.write() as session:
            source = self._mine(session)
            now, started = self.sources.now(), source.run_started_at or self.sources.now()
            missing, unsure = _judged(store.unseen(session, self.source_id, started), reading, started)
            articles = len({row.article_id for row in missing})
            few = articles <= SAFE_SHARE * store.in_force(session, self.source_id)
            if few:
                self.sources._withdraw(session, source, missing, "source")
            withdrawn, held = (articles, []) if few else (0, [row.key for row in missing])
            told = {"withdrawn": withdrawn, "held": held, "incomplete": reading.incomplete, "unsure": unsure}
            source.result = {**source.result, **told, "error": None}
            source.run_started_at, source.last_run_at, source.failures = None, started, 0
            source.claimed_by = source.claimed_until = None
            source.work_after = now + timedelta(hours=source.every_hours) if source.every_hours else None
            counts = {name: source.result[name] for name in COUNTS}
            journal.record(session, now, "source_read", source=source.address, held=len(held), **counts)
            return dict(source.result)

    def _mine(self, session: Session) -> KnowledgeSource:
        source = store.held(session, self.source_id, self.sources.worker)
        if source is None:
            raise Interrupted("Another process has taken over this source.")
        return source


def _judged(
    unseen: Sequence[SourceItem], reading: Reading, started: datetime
) -> tuple[list[SourceItem], list[dict[str, Any]]]:
    """What is gone, and how many others were not told of that may still be there, by reason."""
    missing, unsure = [], Counter[str]()
    for row in unseen:
        said = row.gone_at is not None and row.gone_at >= started
        why = "" if said else reading.doubt(row.key, row.place)
        if why:
            unsure[why] += 1
        else:
            missing.append(row)
    return missing, [{"why": why[:500], "articles": count} for why, count in unsure.most_common(MOST_REASONS)]


def _without(result: dict[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """A run's counts without what it will be told of once more."""
    again = sum(result.get(word, 0) for word in words)
    cleared = {**dict.fromkeys(words, 0), "reasons": [], "notes": []}
    return {**result, **cleared, "read": result["read"] - again}


def checked_address(kind: str, address: str) -> str:
    """The address as stored. Raises `Invalid`."""
    if kind not in KINDS:
        raise Invalid(f"kind must be one of {', '.join(KINDS)}.", field="kind")
    if kind == "files":
        return str(Path(address).absolute())
    if kind == "answers":
        if address.strip() not in ("", TICKETS):
            raise Invalid("Answers come from this desk's own tickets; they have no address.", field="address")
        return TICKETS
    address = address.strip()
    try:
        return checked_url(address if "://" in address else f"https://{address}", host_of_any(address))
    except (FetchError, ValueError) as error:
        raise Invalid(f"The address {error}.", field="address") from error


def host_of_any(address: str) -> str:
    """The host of an address that may lack its scheme. Raises `ValueError` when there is none."""
    host = host_of(address if "://" in address else f"https://{address}")
    if not host:
        raise ValueError("names no host")
    return host
