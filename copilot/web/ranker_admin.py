"""The page about the order of articles: what was learned of verdicts, whether it helped, and the way back."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, post
from litestar import get as fetch
from litestar.response import Redirect

from copilot import ranker_learning, ranker_lessons
from copilot.store import rankers
from copilot.store.session import Session
from copilot.store.tables import RankerVersion
from copilot.web.auth import Identity, needs_admin
from copilot.web.parameters import Id
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services
from knowledge.ranker import BUILT_IN, FEATURES, LEAST_JUDGED, Ranker

PAGE = "/admin/order"
STATES = {
    "live": ("Live", "chip-accent"), "held": ("Held back", "chip-warn"), "refused": ("Refused", ""),
    "retired": ("Retired", ""),
}  # fmt: skip
SIGNS = {
    "best": "Meaning of the best passage", "mean": "Meaning of the best three", "words": "Words in common (BM25)",
    "title": "Words of the title", "category": "Same category as the ticket", "accepted": "Its drafts were accepted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with its held-out figures; `can_return` when an admin may put it in force."""

    version_id: int
    state: str
    tone: str
    pinned: bool
    at: datetime
    by: str
    judged: str
    right: str
    reason: str
    can_return: bool


@dataclass(frozen=True, slots=True)
class SignRow:
    """What one sign weighs now and in the built-in order."""

    name: str
    now: str
    built_in: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """Everything on the page; `judged` verdicts say something of articles, `wanted` are needed to learn."""

    live: VersionRow | None
    signs: tuple[SignRow, ...]
    judged: int
    wanted: int
    versions: tuple[VersionRow, ...]


@fetch(PAGE, sync_to_thread=True, guards=[needs_admin])
def order_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """What is in force and what was tried."""
    frame = frame_of(request, services, identity, "admin")
    with services.db.read() as session:
        return page("admin/order.html", frame=frame, view=order_view(session))


@post(f"{PAGE}/versions/{{id:int}}", sync_to_thread=True, guards=[needs_admin], status_code=303)
def return_to_order(id: Id, services: Services, identity: Identity) -> Redirect:
    """Put an earlier version in force and hold it."""
    services.db.transact(lambda session: ranker_learning.roll_back(session, id, services.now(), identity.name))
    return Redirect(PAGE, status_code=303)


@post(f"{PAGE}/built-in", sync_to_thread=True, guards=[needs_admin], status_code=303)
def return_to_built_in(services: Services, identity: Identity) -> Redirect:
    """Put the built-in order in force and hold it."""
    services.db.transact(lambda session: ranker_learning.roll_back(session, None, services.now(), identity.name))
    return Redirect(PAGE, status_code=303)


@post(f"{PAGE}/learning", sync_to_thread=True, guards=[needs_admin], status_code=303)
def let_order_be_learned(services: Services, identity: Identity) -> Redirect:
    """Hold no version any longer."""
    services.db.transact(lambda session: ranker_learning.let_go_on(session, services.now(), identity.name))
    return Redirect(PAGE, status_code=303)


def order_view(session: Session) -> OrderView:
    """Everything on the page."""
    live, ranker = rankers.live(session), rankers.served(session)
    return OrderView(
        live=None if live is None else version_row(live),
        signs=sign_rows(ranker),
        judged=len(ranker_lessons.judged(session)),
        wanted=LEAST_JUDGED,
        versions=tuple(map(version_row, rankers.latest(session))),
    )


def sign_rows(ranker: Ranker) -> tuple[SignRow, ...]:
    """The weights in words."""
    rows = zip(FEATURES, ranker.weights, BUILT_IN, strict=True)
    return tuple(SignRow(SIGNS[name], f"{now:.3f}", f"{before:.3f}") for name, now, before in rows)


def version_row(row: RankerVersion) -> VersionRow:
    """One version in words."""
    state, tone = STATES[row.state]
    known, figures = row.figures.get("known", 0), row.figures
    right = f"{figures['before'] / known:.1%} → {figures['after'] / known:.1%} of {known}" if known else "–"
    return VersionRow(
        row.id or 0, state, tone, row.pinned, row.at, row.by, str(figures.get("judged", "–")), right, row.reason,
        can_return=row.state in ("held", "retired"),
    )  # fmt: skip
