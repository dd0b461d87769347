"""The page about earned autonomy: what each category may do alone, what proves it, and what other settings would do."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery, URLEncodedBody

from copilot import replays, watching
from copilot.autonomy import Autonomy, CategoryAutonomy, parse_autonomy
from copilot.configuration import Configuration
from copilot.courtesy import automatic
from copilot.errors import Invalid
from copilot.held import held_by
from copilot.replays import Tally, Terms
from copilot.standings import standing_of
from copilot.store import replays as store
from copilot.store import reviews, watches
from copilot.store.session import Session
from copilot.store.tables import WatchRow
from copilot.web import autonomy_presenter as words
from copilot.web import presenters, wording
from copilot.web.auth import Identity, needs_admin
from copilot.web.autonomy import change
from copilot.web.autonomy_views import AutonomyView, CategoryView, PlotView, StandingItem, YesterdayRow
from copilot.web.documents import field_error
from copilot.web.forms import AuditForm, EarnedForm, NameForm, number
from copilot.web.promise_told import titles_of
from copilot.web.responses import AnyRequest, frame_of, page, toast
from copilot.wiring import Services

PREVIEWED = timedelta(days=28)
MOST_LISTED, MOST_HELD = 50, 2_000


@get("/admin/autonomy", sync_to_thread=True, guards=[needs_admin])
def autonomy_page(
    request: AnyRequest, services: Services, identity: Identity, category: FromQuery[str] = ""
) -> Response[str]:
    """The page, with one category in full."""
    with services.db.read() as session:
        view = autonomy_view(session, services, category)
    return page("admin/autonomy.html", frame=frame_of(request, services, identity, "admin"), view=view)


@post("/admin/autonomy/category", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_category(data: URLEncodedBody[EarnedForm], services: Services, identity: Identity) -> Response[str]:
    """Put a category's settings in force, or say what is wrong with them."""
    try:
        row = row_of(data)
        change(services, identity, lambda autonomy: with_row(autonomy, row))
    except Invalid as error:
        return refused(services, data, error)
    with services.db.read() as session:
        view = category_view(session, services.configuration.current(session), data.category, services.now())
    return page("admin/autonomy_category.html", headers=toast(f"{view.title}: saved."), view=view)


@post("/admin/autonomy/preview", sync_to_thread=True, guards=[needs_admin], status_code=200)
def preview_category(data: URLEncodedBody[EarnedForm], services: Services) -> Response[str]:
    """What the typed settings would have done; nothing is saved."""
    try:
        row = row_of(data)
        with services.db.read() as session:
            current = services.configuration.current(session)
            typed = with_row(current.autonomy, row)
            parse_autonomy(typed.to_dict(), current.category_names)
            shown = category_view(session, current, data.category, services.now())
            view = replace(as_typed(shown, data), preview=preview(session, services, current.autonomy, typed, row))
    except Invalid as error:
        return refused(services, data, error)
    return page("admin/autonomy_category.html", view=view)


@post("/admin/autonomy/audits", sync_to_thread=True, guards=[needs_admin], status_code=204)
def save_audits(data: URLEncodedBody[AuditForm], services: Services, identity: Identity) -> Response[None]:
    """The share of audits, and whether customers are told."""
    share, disclose = number(data.audit_share, "audit_share") / 100, data.disclose == "true"
    change(services, identity, lambda autonomy: replace(autonomy, audit_share=share, disclose=disclose))
    told = "customers are told" if disclose else "customers are not told"
    return Response(None, status_code=204, headers=toast(f"{share:.3g} of sendable drafts are audited; {told}."))


@post("/admin/autonomy/restart", sync_to_thread=True, guards=[needs_admin], status_code=200)
def restart_on_page(data: URLEncodedBody[NameForm], services: Services, identity: Identity) -> Response[str]:
    """An admin has looked into a suspension and lets the category go on."""
    with services.db.write() as session:
        watching.restart(session, data.name, services.now(), identity.name)
    with services.db.read() as session:
        view = category_view(session, services.configuration.current(session), data.name, services.now())
    return page("admin/autonomy_category.html", headers=toast(f"{view.title} goes on, watched anew."), view=view)


def row_of(data: EarnedForm) -> CategoryAutonomy:
    """The typed settings. Raises `Invalid` naming the field."""
    return CategoryAutonomy(
        category=data.category,
        mode=data.mode,
        threshold=number(data.threshold, "threshold") / 100 if data.threshold.strip() else None,
        error_budget=number(data.error_budget, "error_budget") / 100,
        confidence_level=number(data.confidence_level, "confidence_level") / 100,
    )


def with_row(autonomy: Autonomy, row: CategoryAutonomy) -> Autonomy:
    """The settings with these for one category; its caps stay."""
    before = autonomy.of(row.category)
    kept = replace(row, per_hour=before.per_hour, per_day=before.per_day)
    return replace(autonomy, categories={**autonomy.categories, row.category: kept})


def refused(services: Services, data: EarnedForm, error: Invalid) -> Response[str]:
    """The form as it was typed, with what is wrong."""
    with services.db.read() as session:
        view = category_view(session, services.configuration.current(session), data.category, services.now())
    view = replace(as_typed(view, data), errors=(field_error(error),))
    return page("admin/autonomy_category.html", 422, view=view)


def as_typed(view: CategoryView, data: EarnedForm) -> CategoryView:
    """The category with the form's fields as they were typed."""
    return replace(
        view, modes=presenters.choices(wording.MODES, data.mode), budget=data.error_budget[:40],
        level=data.confidence_level[:40], threshold=data.threshold[:40],
    )  # fmt: skip


def preview(session: Session, services: Services, before: Autonomy, after: Autonomy, row: CategoryAutonomy) -> Any:
    """What both settings would have done in the last four weeks."""
    until = services.now()
    since = until - PREVIEWED
    pasts = store.pasts(session, since, until, 0, replays.AT_ONCE)
    answers = []
    for autonomy in (before, after):
        terms = Terms.of(session, replace(autonomy, kill_switch=False))
        tallies: defaultdict[str, Tally] = defaultdict(Tally)
        replays.tally(session, terms, (past for past in pasts if past.category == row.category), tallies)
        answers.append(replays.told(terms.rule(session, row.category), tallies[row.category].to_dict()))
    return words.preview_view(answers[0], answers[1], len(pasts), store.count(session, since, until))


def autonomy_view(session: Session, services: Services, chosen: str) -> AutonomyView:
    """All categories in short, the chosen one in full (by default the one with the most reviews)."""
    current, now = services.configuration.current(session), services.now()
    seen, rows = watches.all_current(session), standings_now(session)
    titles = titles_of(current.categories)
    names = [category.name for category in current.categories]
    if chosen not in names and names:
        chosen = max(names, key=lambda name: rows[name].pool if name in rows else 0)
    yesterday = (now - timedelta(days=1)).date()
    return AutonomyView(
        items=tuple(item(current, name, titles[name], rows, seen, chosen) for name in names),
        category=category_view(session, current, chosen, now) if names else None,
        audit_share=words.entered(current.autonomy.audit_share),
        disclose=current.autonomy.disclose,
        disclosure=automatic("en"),
        yesterday=yesterday_rows(session, services, titles),
        day=f"{yesterday:%A, %-d %B}",
        kill_switch=current.autonomy.kill_switch,
    )


def item(
    current: Configuration, name: str, title: str, rows: Mapping[str, Any], seen: Mapping[str, WatchRow], chosen: str
) -> StandingItem:
    """One line of the list."""
    setting = current.autonomy.of(name)
    tone, said = words.standing_words(
        setting, standing_of(rows[name]) if name in rows else None, suspended_by(seen.get(name))
    )
    return StandingItem(
        name=name, title=title, chip=words.chip(setting, suspended_by(seen.get(name))), tone=tone, words=said,
        budget=words.share(setting.error_budget), chosen=name == chosen,
    )  # fmt: skip


def category_view(session: Session, current: Configuration, name: str, now: datetime) -> CategoryView:
    """One category in full. Raises `Invalid` when there is none of this name."""
    category = next((row for row in current.categories if row.name == name), None)
    if category is None:
        raise Invalid("There is no category of this name.", field="category")
    fingerprint = reviews.newest_fingerprint(session) or ""
    setting, row = current.autonomy.of(name), standings_now(session).get(name)
    watch = watches.current(session, name)
    suspended = suspended_by(watch)
    standing = standing_of(row) if row else None
    tone, said = words.standing_words(setting, standing, suspended)
    outcomes = watches.outcomes(session, watch.id or 0) if watch else ()
    gates = store.gates_since(session, now - PREVIEWED, MOST_HELD, name).get(name, [])
    return CategoryView(
        name=name,
        title=category.title or name,
        description=category.description,
        modes=presenters.choices(wording.MODES, setting.mode),
        budget=words.entered(setting.error_budget),
        level=words.entered(setting.confidence_level),
        threshold="" if setting.threshold is None else words.entered(setting.threshold),
        words=said,
        tone=tone,
        suspended=suspended,
        figures=words.figures(setting, standing, reviews.newest_fit(session, fingerprint)),
        curve=words.curve_view(row),
        watch=watch_plot(session, watch, outcomes),
        watched=words.watched_words(watch, outcomes),
        records=records(session, name, fingerprint),
        held=words.held_rows(held_by(gates), len(gates)),
        drafts=len(gates),
    )


def watch_plot(session: Session, watch: WatchRow | None, outcomes: Any) -> PlotView | None:
    """The evidence since the watch began."""
    return words.watch_view(watch, outcomes, watching.suspicion_of(session, watch) if watch and outcomes else None)


def records(session: Session, name: str, fingerprint: str) -> Any:
    """Every record of this category, the newest first."""
    totals = {(row[0], row[1]): row[2:] for row in reviews.totals(session)}
    found = reviews.standings(session, categories=[name])
    return tuple(
        words.record_view(row, *totals.get((name, row.fingerprint), (0, 0, 0)), current=fingerprint)
        for row in reversed(found)
    )


def standings_now(session: Session) -> dict[str, Any]:
    """The standings of the present record by category."""
    return {row.category: row for row in reviews.standings(session, reviews.newest_fingerprint(session) or "")}


def suspended_by(watch: WatchRow | None) -> str | None:
    """Why the category is suspended, if it is."""
    return watch.reason if watch is not None and watch.suspended_at is not None else None


def yesterday_rows(session: Session, services: Services, titles: Mapping[str, str]) -> tuple[YesterdayRow, ...]:
    """The drafts of yesterday (UTC) that would have left."""
    today = services.now().replace(hour=0, minute=0, second=0, microsecond=0)
    found = store.would_have_left(session, today - timedelta(days=1), today, MOST_LISTED)
    verdicts = reviews.accepted_of(session, [draft.id or 0 for draft, _ in found])
    return tuple(words.yesterday_row(draft, ticket, titles, verdicts.get(draft.id or 0)) for draft, ticket in found)
