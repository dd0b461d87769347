"""Bulk import of articles, answers and tickets, idempotent and with progress."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from copilot import answered, closing_days, inputs, intake
from copilot.errors import AnswerableError, Unavailable
from copilot.intake import NewCustomer, NewTicket
from copilot.knowledge_base import save_article
from copilot.organisations import NewOrganisation
from copilot.sources import by_hand
from copilot.store import articles as article_store
from copilot.store import drafts, tickets
from copilot.store.session import DatabaseDown, Session
from copilot.wiring import Services
from knowledge.articles import Article
from knowledge.found import ArticleFileError, FileNote, Found
from knowledge.importers import examine
from sla.closing_days import MAX_BYTES, ClosingDay

BATCH = 100
LONGEST_LINE = 4_000_000
MOST_REASONS = 200

Report = Callable[[int, int], None]
Save = Callable[[Services, Sequence[Any]], Sequence[Any]]


def import_articles(
    services: Services, paths: Sequence[Path], report: Report, *, take_over: bool = False
) -> dict[str, Any]:
    """Store all articles that can be read, then index them; when another process holds the index, it will do that
    itself. What a file says as it said before changes nothing; with `take_over` a file may write over an article of its
    name that came from elsewhere. Raises `ArticleFileError` when none can be read, `Unavailable` when nothing can be
    stored."""
    counts: Counter[str] = Counter()
    refused: list[ArticleFileError] = []
    notes: list[str] = []

    def save(services: Services, batch: Sequence[by_hand.Usable]) -> Sequence[by_hand.Outcome]:
        with services.db.write() as session:
            return by_hand.store(session, batch, services.now(), take_over=take_over)

    for batch in batches(_usable(examine(paths), refused, notes), BATCH):
        outcomes = _stored(save, services, batch)
        refused.extend(outcome for outcome in outcomes if isinstance(outcome, ArticleFileError))
        counts.update(outcome for outcome in outcomes if isinstance(outcome, str))
        report(counts.total(), counts.total())
    if refused and not counts:
        raise refused[0]
    return summary(counts, [str(error) for error in refused]) | {"notes": notes} | indexed(services, report)


def _usable(found: Iterator[Found], refused: list[ArticleFileError], notes: list[str]) -> Iterator[by_hand.Usable]:
    for item in found:
        if isinstance(item, ArticleFileError):
            refused.append(item)
        elif isinstance(item, FileNote):
            notes.append(f"{item.path} {item.text}")
        else:
            yield item


def _stored(save: Save, services: Services, batch: Sequence[Any]) -> Sequence[Any]:
    try:
        return save(services, batch)
    except DatabaseDown as error:
        problem = f"The database cannot be written: {str(error.orig)[:200]}."
        raise Unavailable(f"{problem} Nothing of this batch was stored; the same import again goes on.") from error


def summary(counts: Counter[str], reasons: Sequence[str]) -> dict[str, Any]:
    """The counts of an import, the same names for every kind."""
    return {
        "read": counts.total() + len(reasons), "added": counts["added"], "changed": counts["changed"],
        "same": counts["same"], "withdrawn": counts["withdrawn"], "refused": len(reasons),
        "reasons": list(reasons[:MOST_REASONS]),
    }  # fmt: skip


def indexed(services: Services, report: Report) -> dict[str, Any]:
    """Index what is stored, and tell how much, or why that is left to the service."""
    try:
        return {"indexed": index_all(services, report), "note": None}
    except Unavailable as error:
        note = f"Stored, not indexed here: {error.message}. The running service will index them."
        return {"indexed": 0, "note": note}


def import_answers(services: Services, path: Path | None, report: Report) -> dict[str, Any]:
    """Store answers as internal drafts for an admin to look at: those of solved tickets, or of a file of questions and
    answers. An answer that was imported before is left as it is, whatever was made of it. Raises `Invalid`."""
    counts: Counter[str] = Counter()
    refused: list[str] = []
    notes: list[str] = []
    found = answered.of_file(path) if path else _of_tickets(services)
    for batch in batches(_accepted(found, refused, notes), BATCH):
        counts.update(_stored(_add, services, batch))
        report(counts.total(), counts.total())
    return summary(counts, refused) | {"notes": notes}


def _of_tickets(services: Services) -> Iterator[Article | str | FileNote]:
    for answer in answered.of_tickets(services.db, services.settings.support_name):
        yield answer.article or answer.problem


def _accepted(found: Iterator[Article | str | FileNote], refused: list[str], notes: list[str]) -> Iterator[Article]:
    for item in found:
        if isinstance(item, str):
            refused.append(item)
        elif isinstance(item, FileNote):
            notes.append(f"{item.path} {item.text}")
        else:
            yield item


def _add(services: Services, batch: Sequence[Article]) -> list[str]:
    with services.db.write() as session:
        return [_add_one(services, session, article) for article in batch]


def _add_one(services: Services, session: Session, article: Article) -> str:
    if article_store.get(session, article.id) is not None:
        return "same"
    save_article(session, article, services.now(), "import", "answers")
    return "added"


def index_all(services: Services, report: Report) -> int:
    """Bring the whole index up to date; returns how many articles were indexed. Raises `Unavailable`."""
    total, done = services.knowledge.progress().waiting, 0
    while step := services.knowledge.sync():
        done += step
        report(min(done, total), total)
    return done


def import_tickets(services: Services, path: Path, report: Report) -> dict[str, Any]:
    """Take in every row and process it; returns what became of them."""
    rows = list(read_tickets(path))
    ids: list[int] = []
    counts: Counter[str] = Counter()
    for batch in batches(iter(rows), BATCH):
        with services.db.write() as session:
            for ticket in batch:
                receipt = intake.receive(session, ticket, services.book, services.now())
                ids.append(receipt.id)
                counts["new" if receipt.created else "known"] += 1
    with services.db.read() as session:
        total = tickets.waiting_count(session)
    done = 0
    while step := services.pipeline.process_batch():
        done += step
        report(min(done, total), total)
    return {"read": len(rows), "new": counts["new"], "known": counts["known"], **became(services, ids)}


def became(services: Services, ids: Sequence[int]) -> dict[str, int]:
    """How many of these tickets were drafted, held with a reason, or are still waiting."""
    with services.db.read() as session:
        found, drafted = tickets.by_ids(session, ids), drafts.newest_of(session, ids)
    held = [t for t in found.values() if t.id not in drafted and t.no_draft_reason]
    return {
        "triaged": sum(ticket.triaged_message_id is not None for ticket in found.values()),
        "drafted": len(drafted),
        "to_send": sum(draft.action == "send" for draft in drafted.values()),
        "no_draft_with_reason": len(held),
        "waiting": sum(ticket.work_state == "waiting" for ticket in found.values()),
    }


def import_closing_days(
    services: Services, path: Path, calendar: str, first: int | None, last: int | None, *, dry_run: bool
) -> dict[str, Any]:
    """Add the closing days of an iCalendar file to a calendar; tells what was added, known and left out.

    Raises `NotFound` for an unknown calendar, `Invalid` naming what is wrong with the file or the years.
    """
    with path.open("rb") as file:
        ics = file.read(MAX_BYTES + 1)
    with services.db.read() as session:
        found = closing_days.find(session, calendar, ics, services.now().date(), first, last)
    new = [ClosingDay(day.day, day.name) for day in found.new]
    added = None
    if not dry_run:
        added = services.db.transact(lambda s: closing_days.add(s, calendar, new, services.now(), "import"))
    return {
        "calendar": calendar,
        "years": f"{found.first_year}-{found.last_year}",
        "found": len(found.days),
        "known": len(found.days) - len(new),
        "new": len(new),
        "added": len(added.days) if added else 0,
        "version": added.version if added else None,
        "days": [f"{day.day.isoformat()} {day.name}".strip() for day in new],
        "remarks": [f"line {row.line}: {row.name or 'an event'}: {row.reason}" for row in found.remarks],
    }


def read_tickets(path: Path) -> Iterator[NewTicket]:
    """Tickets of a JSONL file. Rows are the API's ticket JSON, or {id, text} as in question sets, whose first line is
    the subject. Raises `ValueError` naming file, line and field."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _parse(line, f"{path.name}:{number}")


def _parse(line: bytes, place: str) -> NewTicket:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"{place}: the line is longer than {LONGEST_LINE:,} bytes")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{place}: not JSON") from error
    if not isinstance(row, dict):
        raise ValueError(f"{place}: expected an object")
    try:
        return _question(row) if "text" in row else _ticket(row)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{place}: missing or wrong field {error}") from error
    except AnswerableError as error:
        raise ValueError(f"{place}: {error.message}") from error


def _ticket(row: dict[str, Any]) -> NewTicket:
    who = row["customer"]
    if not isinstance(who, dict):
        raise KeyError("customer")
    name, segment, timezone = (text_if_any(who, field) for field in ("name", "segment", "timezone"))
    customer = NewCustomer(text(who, "email"), name, segment, timezone, _organisation(who.get("organisation")))
    return NewTicket(
        text_if_any(row, "channel") or "api", text(row, "external_id"), text(row, "subject"), text(row, "body"),
        customer, inputs.parse_received_at(row.get("received_at")),
    )  # fmt: skip


def _organisation(given: Any) -> NewOrganisation | None:
    if isinstance(given, dict):
        return NewOrganisation(text(given, "name"), text_if_any(given, "segment"), text_if_any(given, "timezone"))
    return None if given is None else NewOrganisation(text({"organisation": given}, "organisation"))


def _question(row: dict[str, Any]) -> NewTicket:
    identifier, question = text(row, "id"), text(row, "text")
    subject, _, body = question.strip().partition("\n")
    customer = NewCustomer(f"import-{inputs.content_hash(identifier)[:12]}@import.invalid")
    return NewTicket("import", identifier, subject[:300], body.strip() or question.strip(), customer)


def text(row: dict[str, Any], name: str) -> str:
    """A text field; raises `KeyError` naming it."""
    value = row[name]
    if not isinstance(value, str):
        raise KeyError(name)
    return value


def text_if_any(row: dict[str, Any], name: str) -> str | None:
    """A text field that may be absent or null; raises `KeyError` naming it."""
    return None if row.get(name) is None else text(row, name)


def batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Lists of up to `size` items."""
    while batch := list(islice(items, size)):
        yield batch
