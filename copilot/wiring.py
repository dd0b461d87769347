"""The composition root: the one place that joins settings, database, models, index, transports and loops.

Tests call `build` with fakes; nothing is read from the environment at import.
"""

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from copilot import embedding_server
from copilot.alerting import Alerts
from copilot.answering import Answerer
from copilot.asking import Pen
from copilot.channels.api import ApiTransport
from copilot.channels.folder import FolderTransport
from copilot.channels.signed_post import SignedPost
from copilot.channels.smtp import Mailer
from copilot.channels.transport import Transport
from copilot.channels.webhook import WebhookTransport
from copilot.configuration import ConfigurationCache
from copilot.consistency import Consistency
from copilot.errors import Unavailable
from copilot.example_vectors import ExampleVectors
from copilot.fakes import HashEmbedder
from copilot.former_model import Former, OpenFormer
from copilot.gaps import GapFinder
from copilot.knowledge_base import KnowledgeBase
from copilot.learning import Learning
from copilot.llm.port import LanguageModel
from copilot.llm.server import connect
from copilot.masked_embedder import MaskedQuestions, is_outside
from copilot.notices import NoticeDesk, Notices
from copilot.notifications import ByMail, ByWebhook, Notifier, Way
from copilot.outbox import Outbox
from copilot.pipeline import Pipeline
from copilot.policy_application import PolicyApplications
from copilot.promises import PromiseBook
from copilot.queue_terms import TermsInForce
from copilot.ranker_learning import RankerLearning
from copilot.record_keeping import RecordKeeper
from copilot.replays import Replays
from copilot.report_desk import ReportDesk
from copilot.rewording import Rewording
from copilot.rule_clock import RuleClock
from copilot.settings import Settings
from copilot.sources.syncing import Sources, reading_of
from copilot.spending import Prices
from copilot.store.session import Database
from copilot.timesource import TimeSource, system_time
from copilot.triage_models import TriageModelCache
from copilot.worker import Worker
from knowledge.embedded_index import EmbeddedIndex
from knowledge.embedding import Embedder, Prefixes, Progress, SentenceTransformerEmbedder, prefixes_of
from knowledge.vector_index import QdrantIndex, VectorIndex

FAKE_EMBEDDER = "fake:hash"
EMBEDDING_SERVER = "openai:"
NO_PREFIX = "none"
RECIPE = ("embedder_query_prefix", "embedder_passage_prefix", "embedder_input_type")
LONGEST_SILENCE = 10.0
CALM = frozenset({"learning", "order", "gaps", "articles", "evidence"})
"""Loops that learn and tidy, for which nobody waits."""
LEASE_FOR_DRAFTS = 0.9


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that handlers, commands and loops work with."""

    settings: Settings
    now: TimeSource
    db: Database
    configuration: ConfigurationCache
    book: PromiseBook
    terms: TermsInForce
    embedder: Embedder
    knowledge: KnowledgeBase
    llm: LanguageModel | None
    models: TriageModelCache
    learning: Learning
    ranker_learning: RankerLearning
    transport: Transport
    pipeline: Pipeline
    outbox: Outbox
    alerts: Alerts
    applications: PolicyApplications
    notices: Notices
    notifier: Notifier
    mailer: Mailer | None
    reports: ReportDesk
    rewording: Rewording
    sources: Sources
    gaps: GapFinder
    consistency: Consistency
    worker: Worker

    def close(self) -> None:
        """Stop the loops and let go of index and database."""
        self.sources.stop()
        self.worker.stop()
        self.reports.close()
        if self.llm is not None:
            self.llm.close()
        self.knowledge.close()
        self.db.close()


def build(
    settings: Settings,
    *,
    now: TimeSource = system_time,
    embedder: Embedder | None = None,
    open_index: Callable[[], VectorIndex] | None = None,
    open_former: OpenFormer | None = None,
    llm: LanguageModel | None = None,
    transport: Transport | None = None,
) -> Services:
    """Join everything; real parts where nothing is given. Migrates the database. Raises `Unavailable`."""
    make_private(settings.data_dir)
    db = Database(settings.resolved_database_url)
    db.migrate()
    used_embedder = embedder or embedder_of(settings, is_ours=lambda word: knowledge.says(word))
    knowledge = KnowledgeBase(
        db, now, used_embedder, open_index or (lambda: index_of(settings, used_embedder)), recipe_of(settings),
        open_former or (lambda recipe: former_of(settings, recipe)),
    )  # fmt: skip
    configuration, book, vectors = ConfigurationCache(), PromiseBook(), ExampleVectors(db, used_embedder)
    models = TriageModelCache(db, vectors)
    used_llm, used_transport = llm or language_model(settings), transport or transport_of(settings, now)
    name, lease = worker_name(), timedelta(seconds=settings.lease_seconds)
    pen = Pen(used_llm, settings.llm_masking) if used_llm else None
    prices = Prices(settings.llm_price_in, settings.llm_price_out, settings.llm_currency)
    answerer = Answerer(knowledge, pen, settings.support_name)
    pipeline = Pipeline(
        db, now, configuration, book, used_embedder, models, answerer, name, lease, batch_size(settings),
        settings.llm_concurrency, prices,
    )  # fmt: skip
    rewording = Rewording(db, now, configuration, answerer, prices)
    learning, ranker_learning = Learning(db, now, models, vectors, name), RankerLearning(db, now)
    outbox = Outbox(db, now, used_transport, configuration, book, name, lease)
    terms = TermsInForce(configuration)
    alerts, notices = Alerts(db, now, book), Notices(db, now, configuration, book, terms)
    applications = PolicyApplications(db, now, book)
    desk = NoticeDesk(used_transport, configuration, book)
    mailer = mailer_of(settings, now)
    notifier = Notifier(db, now, ways_of(settings, mailer, now), desk, name, lease)
    sources = Sources(db, now, name, reading_of(db, settings.support_name))
    gaps = GapFinder(db, now, used_embedder, knowledge, name)
    consistency = Consistency(db, now, knowledge)
    steps = {
        "tickets": pipeline.process_batch, "delivery": outbox.deliver_due, "index": knowledge.sync,
        "alerts": alerts.fire_due, "notices": notices.look, "notifications": notifier.deliver_due,
        "policies": applications.go_on, "rules": RuleClock(db, now, configuration, book).apply_due,
        "learning": learning.step, "order": ranker_learning.step, "sources": sources.step, "gaps": gaps.step,
        "articles": consistency.step,
        "evidence": RecordKeeper(db, now, configuration).step, "replays": Replays(db, now).step,
    }  # fmt: skip
    return Services(
        settings=settings, now=now, db=db, configuration=configuration, book=book, terms=terms,
        embedder=used_embedder, knowledge=knowledge, llm=used_llm, models=models, learning=learning,
        ranker_learning=ranker_learning,
        transport=used_transport, pipeline=pipeline, outbox=outbox, alerts=alerts, applications=applications,
        notices=notices, notifier=notifier, mailer=mailer,
        reports=ReportDesk(db, now, book), rewording=rewording, sources=sources, gaps=gaps,
        consistency=consistency,
        worker=Worker(steps, settings.poll_seconds, CALM),
    )  # fmt: skip


def batch_size(settings: Settings) -> int:
    """How many tickets to claim together: with a language model no more than can be drafted within the lease."""
    if not settings.llm_model:
        return settings.batch_size
    # the deadline counts retries and waiting for a place too; triage and recording need the rest of the lease
    rounds = max(1, int(LEASE_FOR_DRAFTS * settings.lease_seconds / settings.llm_deadline_seconds))
    return min(settings.batch_size, settings.llm_concurrency * rounds)


def embedder_of(
    settings: Settings, progress: Progress | None = None, is_ours: Callable[[str], bool] = lambda _: False
) -> Embedder:
    """The configured model; `fake:hash` needs none and knows no meaning, for demos and tests without a model. `is_ours`
    tells which codes an outside server may read."""
    if settings.embedder == FAKE_EMBEDDER:
        return HashEmbedder()
    prefixes = prefixes_set(settings)
    if settings.embedder is None or not settings.embedder.startswith(EMBEDDING_SERVER):
        return SentenceTransformerEmbedder(settings.embedder, progress, prefixes)
    key = embedder_key(settings)
    embedder = embedding_server.connect(
        settings.embedder.removeprefix(EMBEDDING_SERVER),
        key.get_secret_value() if key else None,
        embedder_address(settings),
        prefixes,
        settings.embedder_input_type,
    )
    return MaskedQuestions(embedder, is_ours) if settings.llm_masking and sends_outside(settings) else embedder


def sends_outside(settings: Settings) -> bool:
    """Whether texts go to an embedding server that may be somebody else's."""
    is_served = (settings.embedder or "").startswith(EMBEDDING_SERVER)
    return is_served and is_outside(embedder_address(settings))


def embedder_key(settings: Settings) -> SecretStr | None:
    """The key of the embedding server; the language model's key is for its own server alone."""
    return settings.embedder_api_key or (None if settings.embedder_url else settings.openai_api_key)


def recipe_of(settings: Settings) -> dict[str, Any]:
    """What makes the embedder again when another one has followed it; nothing secret."""
    made = settings.model_dump(include={"embedder", *RECIPE})
    is_served = (settings.embedder or "").startswith(EMBEDDING_SERVER)
    return made | {"embedder_url": without_credentials(embedder_address(settings)) if is_served else None}


def embedder_address(settings: Settings) -> str | None:
    """Where the embedding server is; None for where its client looks by itself."""
    return settings.embedder_url or settings.openai_base_url


def former_of(settings: Settings, recipe: Mapping[str, Any]) -> Former:
    """An earlier embedder and its index. A key is given only to the server that it is set for."""
    address = recipe.get("embedder_url")
    same_server = address == without_credentials(embedder_address(settings))
    known = {name: recipe[name] for name in ("embedder", *RECIPE) if name in recipe}
    where = {
        "embedder_url": embedder_address(settings) if same_server else address,
        "embedder_api_key": embedder_key(settings) if same_server else None,
        "openai_api_key": settings.openai_api_key if same_server else None,
    }
    embedder = embedder_of(settings.model_copy(update={**known, **where}))
    return Former(embedder, index_of(settings, embedder))


def without_credentials(address: str | None) -> str | None:
    """The address without user name and password."""
    if address is None:
        return None
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def prefixes_set(settings: Settings) -> Prefixes:
    """What goes before questions and passages: as set, nothing for "none", else what the model is known to want."""
    known = prefixes_of(settings.embedder or "")
    query, passage = settings.embedder_query_prefix or known.query, settings.embedder_passage_prefix or known.passage
    return Prefixes("" if query == NO_PREFIX else query, "" if passage == NO_PREFIX else passage)


def index_of(settings: Settings, embedder: Embedder) -> VectorIndex:
    """The index on the configured server, or embedded in the data folder."""
    dimension, fingerprint = embedder.dimension, embedder.fingerprint
    if settings.qdrant_url:
        key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
        return QdrantIndex(settings.qdrant_url, dimension=dimension, fingerprint=fingerprint, api_key=key)
    return EmbeddedIndex(settings.data_dir / "index", dimension=dimension, fingerprint=fingerprint)


def language_model(settings: Settings) -> LanguageModel | None:
    """The configured language model; None means extractive drafts and no outside call."""
    if not settings.llm_model:
        return None
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return connect(
        settings.llm_model, settings.llm_deadline_seconds, key, settings.openai_base_url, settings.llm_concurrency
    )


def transport_of(settings: Settings, now: TimeSource) -> Transport:
    """How replies leave: a signed webhook, files in a folder, or only the API itself."""
    if settings.webhook_url:
        if settings.webhook_secret is None:
            raise Unavailable("ANSWERABLE_WEBHOOK_URL is set without ANSWERABLE_WEBHOOK_SECRET.")
        # silence must be noticed while the reply is still ours
        timeout = min(LONGEST_SILENCE, settings.lease_seconds / 2)
        return WebhookTransport(settings.webhook_url, settings.webhook_secret.get_secret_value(), now, timeout)
    if settings.outbox_dir:
        return FolderTransport(settings.outbox_dir)
    return ApiTransport()


def mailer_of(settings: Settings, now: TimeSource) -> Mailer | None:
    """The mail server for alerts, when one is set."""
    if settings.smtp_url is None:
        return None
    if not settings.mail_from:
        raise Unavailable("ANSWERABLE_SMTP_URL is set without ANSWERABLE_MAIL_FROM.")
    return Mailer(settings.smtp_url.get_secret_value(), settings.mail_from, now)


def ways_of(settings: Settings, mailer: Mailer | None, now: TimeSource) -> dict[str, Way]:
    """How alerts reach the team: by signed webhook and by e-mail, where these are set up."""
    ways: dict[str, Way] = {}
    if mailer is not None:
        ways["email"] = ByMail(mailer, settings.public_url)
    if settings.webhook_url and settings.webhook_secret is not None:
        ways["webhook"] = ByWebhook(SignedPost(settings.webhook_url, settings.webhook_secret.get_secret_value(), now))
    return ways


def make_private(folder: Path) -> None:
    """Make the data folder, readable by its owner alone. Raises `Unavailable`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"The data folder {folder} cannot be made: {error.strerror}.") from error


def worker_name() -> str:
    """Unique to this process."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
