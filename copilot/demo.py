"""The demo: the sample shop, two people who can sign in, and its tickets arriving by themselves."""

import json
import secrets
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.panel import Panel

from copilot import accounts, configuration, intake
from copilot.importing import read_tickets
from copilot.intake import NewTicket
from copilot.knowledge_base import save_article
from copilot.serving import run_web
from copilot.settings import Settings
from copilot.store import accounts as account_store
from copilot.store import configuration as configuration_store
from copilot.store import tickets as ticket_store
from copilot.store.session import Session
from copilot.wiring import Services, build
from knowledge.importers import read_articles

SHOP = Path(__file__).parent / "sample_shop"
PEOPLE = (("admin@demo.example", "Robin Admin", "admin"), ("agent@demo.example", "Sam Agent", "agent"))
AT_ONCE = 8
KEY_NAME = "demo"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """A printed sign-in."""

    email: str
    password: str
    role: str


def run(settings: Settings, host: str, port: int, minutes: float, *, fresh: bool = False) -> None:
    """Serve the sample shop from a folder of its own inside the data folder; `fresh` starts it over."""
    folder = settings.data_dir / "demo"
    if fresh and folder.exists():
        shutil.rmtree(folder)
    used = settings.model_copy(
        update={
            "data_dir": folder,
            "outbox_dir": settings.outbox_dir or (None if settings.webhook_url else folder / "sent"),
            "support_name": "The Larkfield team",
        }
    )
    services = build(used)
    access, left, key = prepare(services)
    announce(access, key, host, port, len(left), minutes, used)
    feeder = Feeder(services, left, minutes)
    feeder.start()
    try:
        run_web(services, host, port, with_worker=True)
    finally:
        feeder.stop()


def prepare(services: Services) -> tuple[list[Access], list[NewTicket], str]:
    """Seed what is missing; returns new sign-ins, the tickets that have not arrived yet, and a new API key."""
    now = services.now()
    with services.db.write() as session:
        seed_shop(session, now)
        access = [renew_access(session, *person, now) for person in PEOPLE]
        key = renew_key(session, now)
    everything = list(read_tickets(SHOP / "tickets.jsonl"))
    with services.db.read() as session:
        left = [t for t in everything if ticket_store.by_external_id(session, t.channel, t.external_id) is None]
    return access, left, key


def seed_shop(session: Session, now: datetime) -> None:
    """Categories, rules, policies and articles, once."""
    versions = configuration_store.versions(session)
    for kind in ("categories", "rules", "policies"):
        if kind not in versions:
            configuration.save(session, kind, document(kind), now, "demo")
    for article in read_articles([SHOP / "articles"]):
        save_article(session, article, now, "demo")


def document(kind: str) -> Any:
    """One of the shop's configuration documents."""
    return json.loads((SHOP / f"{kind}.json").read_text(encoding="utf-8"))


def renew_access(session: Session, email: str, name: str, role: str, now: datetime) -> Access:
    """A person with a new random password: stored passwords cannot be printed again."""
    password = secrets.token_urlsafe(12)
    user = account_store.user_by_email(session, email)
    if user is None:
        accounts.create_user(session, email, name, role, password, now)
    else:
        user.password_hash = accounts.hash_password(password)
    return Access(email, password, role)


def renew_key(session: Session, now: datetime) -> str:
    """A new admin key; the one of the last run stops working."""
    for key in account_store.keys(session):
        if key.name == KEY_NAME:
            accounts.revoke_key(session, key.id or 0, now, "demo")
    return accounts.create_key(session, KEY_NAME, "admin", now)


def announce(
    access: Sequence[Access], key: str, host: str, port: int, arriving: int, minutes: float, settings: Settings
) -> None:
    """Print where to go and with which sign-ins."""
    lines = [f"[bold]http://{host}:{port}[/bold]", ""]
    lines += [f"{who.role:<6} {who.email}   [bold]{who.password}[/bold]" for who in access]
    lines.append(f"{'key':<6} [bold]{key}[/bold]")
    coming = f"{arriving} tickets arrive over the next {minutes:g} minutes."
    lines += ["", coming if arriving else "All sample tickets have arrived; `answerable demo --fresh` starts over."]
    if settings.outbox_dir:
        lines.append(f"Replies are written to {settings.outbox_dir}.")
    Console(stderr=True).print(Panel("\n".join(lines), title="Answerable demo", expand=False))


class Feeder:
    """Hands in the sample tickets, the first few at once, the rest evenly spread."""

    def __init__(self, services: Services, arriving: Sequence[NewTicket], minutes: float) -> None:
        self.services, self.arriving = services, arriving
        self.pause = minutes * 60 / max(1, len(arriving) - AT_ONCE)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="demo-feeder", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the ticket under way."""
        self._stop.set()
        self._thread.join(5)

    def _feed(self) -> None:
        for place, ticket in enumerate(self.arriving):
            if place >= AT_ONCE and self._stop.wait(self.pause):
                return
            self._hand_in(ticket)
        log.info("demo_tickets_arrived", count=len(self.arriving))

    def _hand_in(self, ticket: NewTicket) -> None:
        services = self.services
        services.db.transact(lambda session: intake.receive(session, ticket, services.book, services.now()))
