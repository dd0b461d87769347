"""Prometheus gauges, read from the database when scraped, so that every process tells the same."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from copilot.errors import Unavailable
from copilot.indexing import IndexProgress
from copilot.store import drafts, notifications, outbox, spending, tickets
from copilot.store.session import Database
from copilot.store.spending import Spent

SPENT = (
    ("calls", "Requests to language models.", "calls"),
    ("tokens_asked", "Tokens of requests to language models.", "tokens_in"),
    ("tokens_answered", "Tokens that language models answered with.", "tokens_out"),
    ("cost", "Cost of requests by the prices set.", "cost"),
)


class DatabaseCollector(Collector):
    """Counts of tickets, replies, notifications and verdicts by state."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def collect(self) -> Iterator[Metric]:
        """One family a noun."""
        with self.db.read() as session:
            waiting, asked = tickets.waiting_count(session), spending.by_outcome(session)
            families = {
                "tickets": ("Tickets by status.", "status", tickets.counts_by_status(session)),
                "replies": ("Replies in the outbox by state.", "state", outbox.counts_by_state(session)),
                "notifications": ("Alerts and notices by state.", "state", notifications.counts_by_state(session)),
                "verdicts": ("People's verdicts on drafts.", "kind", drafts.verdict_counts(session)),
            }
        yield GaugeMetricFamily("answerable_tickets_to_process", "Tickets the pipeline owes a pass.", value=waiting)
        for name, (text, label, counts) in families.items():
            family = GaugeMetricFamily(f"answerable_{name}", text, labels=[label])
            for value, count in counts.items():
                family.add_metric([value], count)
            yield family
        yield from spent_families(asked)


def spent_families(asked: Sequence[tuple[str, str, Spent]]) -> Iterator[CounterMetricFamily]:
    """Requests to language models by purpose and outcome, with their tokens and cost."""
    labels = ["purpose", "outcome"]
    for name, text, figure in SPENT:
        family = CounterMetricFamily(f"answerable_llm_{name}", text, labels=labels)
        for purpose, outcome, spent in asked:
            family.add_metric([purpose, outcome], getattr(spent, figure))
        yield family


class IndexCollector(Collector):
    """How far the search index is; nothing while the model cannot be loaded."""

    def __init__(self, progress: Callable[[], IndexProgress]) -> None:
        self.progress = progress

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Articles by what the index holds of them."""
        try:
            progress = self.progress()
        except Unavailable:
            return
        family = GaugeMetricFamily("answerable_articles", "Articles in force by state of the index.", labels=["state"])
        family.add_metric(["indexed"], progress.done)
        family.add_metric(["waiting"], progress.waiting)
        yield family


def exposition(db: Database, progress: Callable[[], IndexProgress]) -> bytes:
    """The text that Prometheus scrapes."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector(db))
    registry.register(IndexCollector(progress))
    return generate_latest(registry)
