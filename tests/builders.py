"""Builds what tests of the service need: services over fakes, tickets, articles, policies, a client with a key."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.exceptions import LitestarDeprecationWarning
from litestar.testing import TestClient
from sqlalchemy import text

from copilot import accounts, configuration, intake
from copilot.app import create_app, csrf_secret
from copilot.envelopes import Envelope
from copilot.fakes import HashEmbedder, ManualTime, MemoryIndex, RecordingTransport
from copilot.intake import NewCustomer, NewMessage, NewTicket
from copilot.knowledge_base import new_article, save_article
from copilot.settings import Settings
from copilot.store import drafts, journal, outbox, tickets
from copilot.store.session import Database
from copilot.store.tables import Draft, JournalEntry, OutboxItem, Ticket
from copilot.wiring import Services, build
from tests.schema import put_sqlite

CATEGORIES = [
    {
        "name": "refund",
        "title": "Refunds",
        "description": "Money back for something that was returned",
        "examples": ["When do I get my refund?", "I want my money back", "My refund has not arrived on my card"],
    },
    {
        "name": "shipping",
        "title": "Shipping",
        "description": "Where a parcel is and when it comes",
        "examples": ["Where is my parcel?", "How long does delivery take?", "My tracking number does not work"],
    },
]
ARTICLES = {
    "refunds": ("Refund times", "When do I get my refund? A refund reaches your card within 5 working days."),
    "parcels": ("Tracking a parcel", "Every parcel has a tracking number. It stands in the shipping confirmation."),
    "boots": ("Caring for boots", "Brush off dry mud. Then wax the leather with a soft cloth."),
    "tents": ("Pitching a tent", "Peg out the groundsheet first. Thread both poles crosswise."),
    "gas": ("Gas cartridges", "Screw the burner onto the valve by hand. Store cartridges below 50 degrees."),
    "hours": ("Opening hours", "Our shop opens at nine on weekdays. On Sundays we are closed."),
    "gifts": ("Gift wrapping", "Choose gift wrapping in the basket. Ribbon comes in red or green."),
}
QUESTION = "When do I get my refund? It should reach my card."
REFUND_FACT = "A refund reaches your card within 5 working days."
POLICIES = {
    "calendars": {},
    "policies": [
        {
            "name": "Round the clock",
            "when": {},
            "calendar": "always",
            "targets": {
                "first_response": {p: {"promise": "1h", "goal": "30m"} for p in ("low", "normal", "high", "urgent")},
                "next_response": {p: {"promise": "2h"} for p in ("low", "normal", "high", "urgent")},
                "resolution": {p: {"promise": "24h"} for p in ("low", "normal", "high", "urgent")},
            },
        }
    ],
}


def make_services(data_dir: Path, now: ManualTime | None = None, **parts: Any) -> Services:
    """Services over fakes, with SQLite in `data_dir`; `parts` replace fakes, or are settings when none is named so."""
    replaced = ("embedder", "open_index", "open_former", "llm", "transport")
    given = {name: parts.pop(name) for name in replaced if name in parts}
    index = MemoryIndex()
    fakes: dict[str, Any] = {
        "embedder": HashEmbedder(),
        "open_index": lambda: index,
        "transport": RecordingTransport(),
        **given,
    }
    settings = Settings(_env_file=None, data_dir=data_dir, **parts)  # type: ignore[call-arg]  # pydantic-settings' own argument
    if settings.database_url is None:
        put_sqlite(data_dir / "answerable.sqlite3")
    return build(settings, now=now or ManualTime(), **fakes)


class Desk:
    """A help desk in a test: the services, and short words for what people and programs do to them."""

    def __init__(self, services: Services, now: ManualTime) -> None:
        self.services, self.now = services, now
        self.transport: Any = services.transport
        self._count = 0

    def seed(self, *kinds: str) -> "Desk":
        """The sample categories, policies and articles; with `kinds`, only these."""
        for kind, document in (("categories", CATEGORIES), ("policies", POLICIES)):
            if not kinds or kind in kinds:
                self.configure(kind, document)
        if not kinds or "articles" in kinds:
            for name, (title, body) in ARTICLES.items():
                self.article(name, title, body)
            while self.services.knowledge.sync():
                pass
        return self

    def configure(self, kind: str, document: Any) -> int:
        """Put a document in force."""
        with self.services.db.write() as session:
            return configuration.save(session, kind, document, self.now(), "test")

    def automate(
        self, *categories: str, hold_seconds: float = 30, threshold: float | None = 0.0, audit_share: float = 1e-6
    ) -> None:
        """Let these categories answer by themselves from a manual threshold on, all but unaudited."""
        rows = [{"category": name, "mode": "auto", "threshold": threshold} for name in categories]
        document = {"hold_seconds": hold_seconds, "audit_share": audit_share, "categories": rows}
        self.configure("autonomy", document)

    def article(self, name: str, title: str, body: str, **more: Any) -> None:
        """Store an article."""
        with self.services.db.write() as session:
            save_article(session, new_article(name, title, body, **more), self.now(), "test")

    def open(self, body: str = QUESTION, subject: str = "", external_id: str | None = None, **who: Any) -> int:
        """A ticket arrives; returns its id."""
        self._count += 1
        received_at = who.pop("received_at", None)
        channel, envelope = who.pop("channel", "api"), who.pop("envelope", Envelope())
        customer = NewCustomer(**{"email": "kim@example.com", "name": "Kim Doe", **who})
        new = NewTicket(channel, external_id or f"t-{self._count}", subject, body, customer, received_at, envelope)
        return self.services.db.transact(lambda s: intake.receive(s, new, self.services.book, self.now())).id

    def write(self, ticket_id: int, body: str, direction: str = "inbound", **more: Any) -> int:
        """A further message arrives; returns its id."""
        self._count += 1
        new = NewMessage(f"m-{self._count}", body, direction, **more)
        return self.services.db.transact(
            lambda s: intake.add_message(s, ticket_id, new, self.services.book, self.now())
        ).id

    def process(self) -> int:
        """Run the pipeline until nothing waits; returns how many tickets it took."""
        total = 0
        while taken := self.services.pipeline.process_batch():
            total += taken
        return total

    def deliver(self) -> int:
        """Run the outbox once."""
        return self.services.outbox.deliver_due()

    def ticket(self, ticket_id: int) -> Ticket:
        """The ticket as it stands."""
        with self.services.db.read() as session:
            return tickets.find(session, ticket_id)

    def draft(self, ticket_id: int) -> Draft | None:
        """The newest draft of a ticket."""
        with self.services.db.read() as session:
            return drafts.newest(session, ticket_id)

    def replies(self, ticket_id: int) -> Sequence[OutboxItem]:
        """Every reply of a ticket, whatever became of it."""
        with self.services.db.read() as session:
            return outbox.of_ticket(session, ticket_id)

    def steps(self, ticket_id: int) -> list[str]:
        """The kinds of the ticket's journal entries, in order."""
        return [entry.kind for entry in self.journal(ticket_id)]

    def journal(self, ticket_id: int) -> Sequence[JournalEntry]:
        """The ticket's journal entries, in order."""
        with self.services.db.read() as session:
            return journal.of_ticket(session, ticket_id)

    def do(self, work: Callable[..., Any]) -> Any:
        """Run `work(session)` in a transaction."""
        with self.services.db.write() as session:
            return work(session)

    def key(self, role: str) -> str:
        """A new API key."""
        return str(self.do(lambda s: accounts.create_key(s, f"a program ({role})", role, self.now())))

    def bearer(self, role: str = "admin") -> dict[str, str]:
        """Headers with a new API key."""
        return {"authorization": f"Bearer {self.key(role)}"}


@contextmanager
def app_of(services: Services) -> Iterator[Litestar]:
    """The real application over these services, without its worker.

    Registering the routes takes half a second, so an application that no test holds any more is handed on to the next.
    """
    app = _idle_apps.pop() if _idle_apps else _new_app(services)
    app.state["services"] = services
    csrf = app.csrf_config
    assert csrf is not None
    csrf.secret, csrf.cookie_secure = csrf_secret(services.settings.data_dir), services.settings.secure_cookies
    yield app
    _idle_apps.append(app)


_idle_apps: list[Litestar] = []


def _new_app(services: Services) -> Litestar:
    with warnings.catch_warnings():
        # the handlers' dependencies are found by their names, as the pinned version of the framework still allows
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        return create_app(services, with_worker=False)


@contextmanager
def client_of(services: Services) -> Iterator[TestClient[Any]]:
    """A client of the real application; no worker runs."""
    with app_of(services) as app, TestClient(app) as client:
        yield client


def ticket_json(**changes: Any) -> dict[str, Any]:
    """The body of `POST /api/v1/tickets`; a change to None leaves the field out."""
    body = {
        "channel": "api",
        "external_id": "order-1",
        "subject": "Refund",
        "body": QUESTION,
        "customer": {"email": "kim@example.com", "name": "Kim Doe"},
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def gate(draft: Any, name: str) -> dict[str, Any]:
    """One gate of a stored draft, or of a draft's JSON."""
    gates = draft["decision"]["gates"] if isinstance(draft, dict) else draft.gates
    return next(dict(row) for row in gates if row["name"] == name)


def timer(ticket: Any, metric: str) -> dict[str, Any]:
    """The newest timer of this metric of a stored ticket, or of a ticket's JSON."""
    timers = ticket["sla"]["timers"] if isinstance(ticket, dict) else ticket.timers
    return dict([row for row in timers if row["metric"] == metric][-1])


def row_counts(db: Database) -> dict[str, int]:
    """How many rows each table holds."""
    with db.reader.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}
