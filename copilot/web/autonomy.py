"""The admin's overview: the kill switch, the undo window, and how far each category may go on its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot import configuration
from copilot.autonomy import Autonomy, CategoryAutonomy
from copilot.queue import load
from copilot.standing import Standing
from copilot.standings import standing_of
from copilot.store import drafts, outbox, reviews, waiting, watches
from copilot.store.session import Session
from copilot.web import presenters, wording
from copilot.web.admin_views import AdminView, CategoryRowView, Figure
from copilot.web.auth import Identity, needs_admin
from copilot.web.autonomy_presenter import standing_words
from copilot.web.forms import AutonomyForm, HoldForm, SwitchForm, number
from copilot.web.promise_told import titles_of
from copilot.web.queue_presenter import handling_words
from copilot.web.responses import AnyRequest, frame_of, page, toast
from copilot.wiring import Services
from triage.labels import Category


@get("/admin", sync_to_thread=True, guards=[needs_admin])
def overview(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The overview."""
    frame = frame_of(request, services, identity, "admin")
    with services.db.read() as session:
        return page("admin/overview.html", frame=frame, admin=admin_view(session, services))


@get("/admin/kill-switch", sync_to_thread=True, guards=[needs_admin])
def switch(services: Services) -> Response[str]:
    """The switch alone, as it stands now."""
    with services.db.read() as session:
        return page("admin/kill.html", admin=admin_view(session, services))


@post("/admin/kill-switch", sync_to_thread=True, guards=[needs_admin], status_code=200)
def throw_switch(data: URLEncodedBody[SwitchForm], services: Services, identity: Identity) -> Response[str]:
    """Stop everything, or allow it again; replies that wait to leave are taken back at once."""
    stop = data.on != "false"
    change(services, identity, lambda autonomy: replace(autonomy, kill_switch=stop))
    with services.db.read() as session:
        return page("admin/kill.html", admin=admin_view(session, services))


@post("/admin/hold", sync_to_thread=True, guards=[needs_admin], status_code=204)
def set_hold(data: URLEncodedBody[HoldForm], services: Services, identity: Identity) -> Response[None]:
    """How long a decided reply waits before it leaves."""
    seconds = number(data.hold_seconds, "hold_seconds")
    change(services, identity, lambda autonomy: replace(autonomy, hold_seconds=seconds))
    return Response(None, status_code=204, headers=toast(f"Automatic replies now wait {seconds:g} s."))


@post("/admin/autonomy", sync_to_thread=True, guards=[needs_admin], status_code=200)
def set_autonomy(data: URLEncodedBody[AutonomyForm], services: Services, identity: Identity) -> Response[str]:
    """Set one category's mode and threshold."""
    threshold = number(data.threshold, "threshold") / 100 if data.threshold.strip() else None

    def with_row(autonomy: Autonomy) -> Autonomy:
        row = replace(autonomy.of(data.category), mode=data.mode, threshold=threshold)
        return replace(autonomy, categories={**autonomy.categories, data.category: row})

    change(services, identity, with_row)
    with services.db.read() as session:
        current = services.configuration.current(session)
        standing = earned_by(session).get(data.category)
        off = watches.suspended(session, [data.category]).get(data.category)
    category = next(row for row in current.categories if row.name == data.category)
    row = category_row(category, current.autonomy.of(data.category), standing, off)
    return page("admin/autonomy_row.html", headers=toast(f"{row.title}: {wording.MODES[row.mode]}."), row=row)


def change(services: Services, identity: Identity, how: Callable[[Autonomy], Autonomy]) -> None:
    """Save a changed copy of the autonomy settings. Raises `Invalid` naming the field."""

    def save(session: Session) -> None:
        before = configuration.autonomy_in_force(session)
        configuration.save(session, "autonomy", how(before).to_dict(), services.now(), identity.name)

    services.db.transact(save)


def admin_view(session: Session, services: Services) -> AdminView:
    """Switch, figures and categories."""
    current, now = services.configuration.current(session), services.now()
    times = services.terms.current(session, now).times
    earned, off = earned_by(session), watches.suspended(session, current.category_names)
    return AdminView(
        kill_switch=current.autonomy.kill_switch,
        hold_seconds=current.autonomy.hold_seconds,
        categories=tuple(
            category_row(row, current.autonomy.of(row.name), earned.get(row.name), off.get(row.name))
            for row in current.categories
        ),
        figures=figures(session, services),
        alarm=load(session, now, times=times).alarm,
        handling=handling_words(times, titles_of(current.categories)),
    )


def earned_by(session: Session) -> dict[str, Standing]:
    """What each category has earned in the present record."""
    rows = reviews.standings(session, reviews.newest_fingerprint(session) or "")
    return {row.category: standing_of(row) for row in rows}


def category_row(
    category: Category, setting: CategoryAutonomy, standing: Standing | None, suspended: str | None
) -> CategoryRowView:
    """How far one category may go, and what that rests on."""
    proven = standing.threshold if standing else None
    return CategoryRowView(
        name=category.name,
        title=category.title or category.name,
        description=category.description,
        modes=presenters.choices(wording.MODES, setting.mode),
        mode=setting.mode,
        threshold=None if setting.threshold is None else round(setting.threshold * 100),
        error_budget=setting.error_budget,
        confidence_level=setting.confidence_level,
        standing=standing_words(setting, standing, suspended)[1],
        earned=None if proven is None else round(proven * 100),
    )


def figures(session: Session, services: Services) -> tuple[Figure, ...]:
    """The numbers that an admin looks at first."""
    now, verdicts, replies = services.now(), drafts.verdict_counts(session), outbox.counts_by_state(session)
    every, late = waiting.count(session, "all", now), waiting.count(session, "late", now)
    unclear = replies.get("uncertain", 0) + replies.get("failed", 0)
    return (
        Figure("Waiting for a person", str(every), f"{late} late" if late else "none late", tone(late)),
        approval_figure(verdicts),
        Figure("Replies delivered", str(replies.get("delivered", 0)), f"{replies.get('waiting', 0)} about to leave"),
        Figure("Deliveries to look at", str(unclear), "uncertain or failed", tone(unclear)),
    )


def approval_figure(verdicts: Mapping[str, int]) -> Figure:
    """The share of drafts that people approved."""
    approved, all_of_them = verdicts.get("approved", 0), sum(verdicts.values())
    if not all_of_them:
        return Figure("Drafts approved", "–", "no verdict yet")
    share = f"{presenters.percent(approved / all_of_them)} %"
    return Figure("Drafts approved", share, f"of {wording.plural(all_of_them, 'verdict')}")


def tone(bad: int) -> str:
    """Amber when there is something to look at."""
    return "warn" if bad else "good"
