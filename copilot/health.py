"""Is every part there? The same answers for `/ready`, for `answerable check` and for a person."""

from collections.abc import Callable
from dataclasses import dataclass

from copilot.errors import Unavailable
from copilot.settings import Settings
from copilot.wiring import Services, sends_outside
from knowledge.embedding import EmbedderUnavailable


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part's state; `detail` says why not, or what is in use."""

    name: str
    ok: bool
    detail: str


def examine(services: Services) -> list[PartHealth]:
    """Database, model, index, language model, delivery and mail, each tried for real."""
    return [
        _try("database", lambda: database(services)),
        _try("model", lambda: model(services)),
        _try("index", lambda: index(services)),
        _try("language model", lambda: language_model(services)),
        _try("delivery", lambda: delivery(services)),
        _try("e-mail alerts", lambda: mail(services)),
    ]


def needed_to_serve(parts: list[PartHealth]) -> bool:
    """Whether requests can be served fully: database, model and index."""
    return all(part.ok for part in parts if part.name in ("database", "model", "index"))


def database(services: Services) -> str:
    """Answers, and at the newest schema."""
    services.db.ping()
    return "SQLite" if services.db.is_sqlite else "PostgreSQL"


def model(services: Services) -> str:
    """Loads and encodes."""
    services.embedder.encode(["ready?"])
    return services.embedder.name + sent_as(services.settings)


def sent_as(settings: Settings) -> str:
    """What an outside embedding server is shown of customers, if there is one."""
    if not sends_outside(settings):
        return ""
    if settings.llm_masking:
        return " at an outside server; personal data in questions is hidden from it"
    return " at an outside server. WARNING: customers' messages go there as they are (ANSWERABLE_LLM_MASKING=false)"


def index(services: Services) -> str:
    """Opens and counts; tells how far it is while it is being built."""
    services.knowledge.check()
    where, progress = "a Qdrant server" if services.settings.qdrant_url else "embedded", services.knowledge.progress()
    return f"{where}: {progress.done:,} of {progress.total:,} articles" if progress.waiting else where


def language_model(services: Services) -> str:
    """Reachable, when one is configured."""
    if services.llm is None:
        return "none configured: drafts are extractive"
    services.llm.check()
    return services.llm.name


def delivery(services: Services) -> str:
    """Replies can leave."""
    services.transport.check()
    return services.transport.name


def mail(services: Services) -> str:
    """Alerts can leave by e-mail, when a server is configured."""
    if services.mailer is None:
        return "no mail server configured"
    services.mailer.check()
    return services.mailer.server.host


def _try(name: str, look: Callable[[], str]) -> PartHealth:
    try:
        return PartHealth(name, True, look())
    except Unavailable as error:
        return PartHealth(name, False, error.message)
    except EmbedderUnavailable as error:
        return PartHealth(name, False, str(error))
