"""The admin's page about triage: what it is taught, how well it judges, and its versions."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response, post
from litestar import get as fetch
from litestar.response import Redirect

from copilot import learning, priority_evidence
from copilot.store import labels, tickets
from copilot.store import triage_versions as versions
from copilot.store.session import Session
from copilot.store.tables import TriageVersion
from copilot.teaching import LABEL_KEY, labelled_text, version_categories
from copilot.web import triage_presenter as words
from copilot.web.auth import Identity, needs_admin
from copilot.web.parameters import Id
from copilot.web.promise_told import titles_of
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.web.triage_views import DoubtView, TriageEvidence
from copilot.wiring import Services

PAGE = "/admin/triage"


@fetch(PAGE, sync_to_thread=True, guards=[needs_admin])
def triage_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The evidence of the live version, and all versions."""
    frame = frame_of(request, services, identity, "admin")
    with services.db.read() as session:
        return page("admin/triage.html", frame=frame, view=evidence_view(session, services))


@post("/admin/triage/versions/{id:int}", sync_to_thread=True, guards=[needs_admin], status_code=303)
def return_to_version(id: Id, services: Services, identity: Identity) -> Redirect:
    """Make an earlier version live and hold it."""
    services.db.transact(lambda session: learning.roll_back(session, id, services.now(), identity.name))
    return Redirect(f"{PAGE}#versions", status_code=303)


@post("/admin/triage/learning", sync_to_thread=True, guards=[needs_admin], status_code=303)
def let_learning_go_on(services: Services, identity: Identity) -> Redirect:
    """Hold no version any longer."""
    services.db.transact(lambda session: learning.let_go_on(session, services.now(), identity.name))
    return Redirect(f"{PAGE}#versions", status_code=303)


def evidence_view(session: Session, services: Services) -> TriageEvidence:
    """Everything on the page."""
    titles = titles_of(services.configuration.current(session).categories)
    live, rows = versions.live(session), versions.latest(session)
    evidence: Mapping[str, Any] = live.evidence if live else {}
    figures: Mapping[str, Any] = live.figures if live else {}
    curves = words.curve_views(evidence)
    return TriageEvidence(
        figures=words.figure_views(figures),
        pinned=live is not None and live.pinned,
        waiting=versions.waiting(session, None) or learning.due(session, services.now()) is not None,
        taught_at=live.taught_at if live else None,
        ignored=figures.get("ignored", 0),
        curves=curves,
        no_scope=bool(curves) and not any(curve.key == "scope" for curve in curves),
        confusions=words.confusion_views(evidence, titles),
        names=tuple(words.titled(name, titles) for name in evidence.get("names", ())),
        matrix=tuple(tuple(row) for row in evidence.get("matrix", ())),
        worst=doubts(session, live, "worst", titles),
        suspects=doubts(session, live, "suspects", titles),
        priorities=words.priority_words(priority_evidence.priority_changes(session), titles),
        versions=tuple(words.version_view(row, learning.unlike(session, row)) for row in rows),
    )


def doubts(session: Session, live: TriageVersion | None, kind: str, titles: Mapping[str, str]) -> tuple[DoubtView, ...]:
    """The texts behind doubtful rows, looked up anew: what has been deleted since is left out."""
    rows: Sequence[Mapping[str, Any]] = live.evidence.get(kind, ()) if live else ()
    if live is None or not rows:
        return ()
    texts = {**example_texts(session, live, rows), **label_texts(session, rows)}
    return tuple(words.doubt_view(row, *texts[row["key"]], titles) for row in rows if row["key"] in texts)


def example_texts(
    session: Session, live: TriageVersion, rows: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[str, str, str]]:
    """Text, source and address by key, for rows that are examples."""
    by_name = {category.name: category for category in version_categories(session, live.categories_version)}
    found: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        name, slash, number = row["key"].rpartition("/")
        if slash and name in by_name:
            link = f"/admin/categories/edit?{urlencode({'name': name})}"
            found[row["key"]] = (by_name[name].training_texts()[int(number)], "Example", link)
    return found


def label_texts(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str, str]]:
    """Text, source and address by key, for rows that people labelled."""
    keys = [row["key"] for row in rows if "/" not in row["key"]]
    given = labels.by_ids(session, [int(key.removeprefix(LABEL_KEY)) for key in keys])
    ids = sorted({label.ticket_id for label in given.values()})
    found, messages = tickets.by_ids(session, ids), tickets.messages_of(session, ids)
    return {
        f"{LABEL_KEY}{id}": (
            labelled_text(found[label.ticket_id], messages[label.ticket_id], label.message_id),
            f"Ticket #{label.ticket_id}, {'left as it was' if label.confirmed else 'set'} by {label.by}",
            f"/tickets/{label.ticket_id}",
        )
        for id, label in given.items()
        if label.ticket_id in found
    }
