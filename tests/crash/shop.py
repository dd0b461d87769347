"""A small shop whose questions are answered automatically, and its customers' tickets."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from copilot import accounts, configuration
from copilot.knowledge_base import new_article, save_article
from copilot.settings import Settings
from copilot.wiring import Services, build

QUESTIONS = {
    "delivery": "How long does standard delivery to {place} take and when will my parcel arrive?",
    "returns": "How can I return the {thing} I bought and is the return free of charge?",
    "warranty": "How long does the warranty on my {thing} last and how do I claim a repair?",
}
ARTICLES = {
    "delivery": ("How long delivery takes", "Standard delivery takes three working days. Your parcel will arrive with "
                 "our carrier, and you get a message on the morning when it will arrive."),
    "returns": ("How to return what you bought", "You can return anything you bought within thirty days. The return "
                "is free of charge: print the label and hand the parcel in."),
    "warranty": ("How long the warranty lasts", "The warranty on our gear lasts two years. To claim a repair, send us "
                 "a photo of the damage and we answer with the next steps."),
}  # fmt: skip
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PLACES = ("France", "Norway", "Scotland", "Portugal", "Austria", "Wales", "Ireland", "Belgium")
THINGS = ("tent", "jacket", "backpack", "stove", "lamp", "rope", "blanket", "helmet")


def example(category: str, number: int) -> str:
    """A question of this category."""
    return QUESTIONS[category].format(place=PLACES[number % len(PLACES)], thing=THINGS[number % len(THINGS)])


@contextmanager
def services(settings: Settings) -> Iterator[Services]:
    """The parts of the service in this process, without loops, to prepare and to look."""
    built = build(settings)
    try:
        yield built
    finally:
        built.close()


def environment(folder: Path, database_url: str, receiver_url: str, index_url: str | None = None) -> dict[str, str]:
    """The settings of a service that works in small bites and notices soon when another one has died."""
    values = {
        "ANSWERABLE_DATA_DIR": str(folder / "data"),
        "ANSWERABLE_DATABASE_URL": database_url,
        "ANSWERABLE_EMBEDDER": "fake:hash",
        "ANSWERABLE_WEBHOOK_URL": receiver_url,
        "ANSWERABLE_WEBHOOK_SECRET": SECRET,
        "ANSWERABLE_LEASE_SECONDS": "3",
        "ANSWERABLE_BATCH_SIZE": "4",
        "ANSWERABLE_POLL_SECONDS": "0.05",
    }
    return values | ({"ANSWERABLE_QDRANT_URL": index_url} if index_url else {})


def damage_index(folder: Path, damage: str) -> None:
    """Do to the index's files what a full disk, a careless hand or a power cut may do."""
    if damage == "removed":
        shutil.rmtree(folder)
    elif damage == "cut":
        for file in folder.iterdir():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        for file in folder.iterdir():
            file.write_bytes(b"")


def prepare(environment: dict[str, str]) -> str:
    """Fill the database; returns an intake key."""
    settings = settings_of(environment)
    categories = [
        {
            "name": name,
            "title": name.title(),
            "description": ARTICLES[name][0],
            "examples": [example(name, i) for i in range(8)],
        }
        for name in QUESTIONS
    ]
    modes = [{"category": name, "mode": "auto", "threshold": 0} for name in QUESTIONS]
    with services(settings) as parts, parts.db.write() as session:
        now = parts.now()
        configuration.save(session, "categories", categories, now, "test")
        autonomy = {"hold_seconds": 0, "audit_share": 1e-6, "categories": modes}
        configuration.save(session, "autonomy", autonomy, now, "test")
        for name, (title, body) in ARTICLES.items():
            save_article(session, new_article(name, title, body, "en", "public", name), now, "test")
        return accounts.create_key(session, "feeder", "intake", now)


def settings_of(environment: dict[str, str]) -> Settings:
    """The settings that a process with this environment gets."""
    values: dict[str, Any] = {key.removeprefix("ANSWERABLE_").lower(): value for key, value in environment.items()}
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # pydantic-settings' own argument


def ticket(number: int, chance: random.Random) -> dict[str, Any]:
    """The API's JSON of one customer's question."""
    category = chance.choice(sorted(QUESTIONS))
    return {
        "channel": "api",
        "external_id": f"crash-{number}",
        "subject": ARTICLES[category][0],
        "body": example(category, chance.randrange(8)),
        "customer": {"email": f"customer{number}@example.com", "name": f"Customer {number}"},
    }
