"""Tickets a second through the whole road, beside the bare encoder on the very texts that the road encodes.

Real model, real embedded index, real SQLite. Both are timed in turn, several times, and the ratio of the best times is
the figure; a busy machine slows both.
"""

import os
import resource
import tempfile
from pathlib import Path
from time import perf_counter

from copilot import intake
from copilot.importing import index_all, read_tickets
from copilot.intake import NewTicket
from copilot.knowledge_base import save_article
from copilot.settings import Settings
from copilot.wiring import Services, build
from knowledge.importers import read_articles
from triage.text import readable

ROUNDS = 3
FLOOR = 0.8
SHOP = Path("copilot/sample_shop")


def main() -> None:
    """Print a table."""
    articles, tickets = material()
    with tempfile.TemporaryDirectory() as folder:
        services = build(Settings(data_dir=Path(folder)))
        load(services, articles)
        texts = [readable(ticket.subject, ticket.body) for ticket in tickets]
        services.embedder.encode(texts[:8])
        raw, road = [], []
        for number in range(ROUNDS):
            raw.append(timed_encoder(services, texts))
            road.append(timed_road(services, tickets, f"{number}-"))
        services.close()
    report(articles, len(texts), min(raw), min(road))


def material() -> tuple[Path, list[NewTicket]]:
    """Articles and tickets: TechQA's where they are, the sample shop's otherwise."""
    shared = Path(os.environ.get("ANSWERABLE_SHARED_DATA", "../shared/data")) / "knowledge"
    if shared.exists():
        return shared / "techqa_articles.jsonl", list(read_tickets(shared / "techqa_queries_dev.jsonl"))
    return SHOP / "articles", list(read_tickets(SHOP / "tickets.jsonl"))


def load(services: Services, articles: Path) -> None:
    """Store and index the articles."""
    with services.db.write() as session:
        for article in read_articles([articles]):
            save_article(session, article, services.now(), "benchmark")
    index_all(services, lambda *_: None)


def timed_encoder(services: Services, texts: list[str]) -> float:
    """Seconds for the encoder alone, in batches of 8 sorted by length: its best throughput here."""
    start = perf_counter()
    services.embedder.encode(texts)
    return perf_counter() - start


def timed_road(services: Services, tickets: list[NewTicket], prefix: str) -> float:
    """Seconds from stored tickets to recorded drafts and decisions."""
    with services.db.write() as session:
        for ticket in tickets:
            again = NewTicket(ticket.channel, prefix + ticket.external_id, ticket.subject, ticket.body, ticket.customer)
            intake.receive(session, again, services.book, services.now())
    start = perf_counter()
    while services.pipeline.process_batch():
        pass
    return perf_counter() - start


def report(articles: Path, count: int, raw: float, road: float) -> None:
    """Print what was measured."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} tickets against {articles.name}, best of {ROUNDS}")
    print(f"encoder alone  {count / raw:7.1f} texts/s")
    print(f"whole road     {count / road:7.1f} tickets/s")
    print(f"ratio          {raw / road:7.2f}   (floor {FLOOR})")
    print(f"peak memory    {peak:7.0f} MB")
