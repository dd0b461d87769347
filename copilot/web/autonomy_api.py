"""Earned autonomy for programs: the settings with what each category has earned, replays, and starting again."""

from typing import Any

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from copilot import autonomy_saving, configuration, replays, watching
from copilot.autonomy import parse_autonomy
from copilot.errors import Invalid, NotFound
from copilot.report_cases import Period, parse_period
from copilot.standings import standing_of
from copilot.store import replays as store
from copilot.store import reviews, watches
from copilot.store.session import Session
from copilot.store.tables import StandingRow, WatchRow
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.parameters import Id
from copilot.wiring import Services


@get("/autonomy", sync_to_thread=True, guards=[needs_agent])
def read_autonomy(services: Services) -> dict[str, Any]:
    """The settings in force, and for every category what it has earned."""
    with services.db.read() as session:
        return autonomy_json(session, services)


@put("/autonomy", sync_to_thread=True, guards=[needs_admin])
def write_autonomy(data: JSONBody[Any], services: Services, identity: Identity) -> dict[str, Any]:
    """Put new settings in force; refused with the field's name when they make no sense. `version` is the one that was
    read: with it the settings are refused (409) when others came into force meanwhile, and without it the kill switch
    cannot be turned off. Without `kill_switch` the switch stays as it is."""
    put = autonomy_saving.put
    return {"version": services.db.transact(lambda s: put(s, data, services.now(), identity.name))}


@post("/autonomy/{category:str}/restart", sync_to_thread=True, guards=[needs_admin], status_code=200)
def restart_category(category: FromPath[str], services: Services, identity: Identity) -> dict[str, Any]:
    """Let a suspended category go on, under a new watch."""
    with services.db.write() as session:
        refuse_unknown(session, services, category)
        watch = watching.restart(session, category, services.now(), identity.name)
        return {"category": category, "watch": watch_json(watch)}


@post("/replays", sync_to_thread=True, guards=[needs_admin], status_code=200)
def begin_replay(data: JSONBody[Any], services: Services, identity: Identity) -> Response[dict[str, Any]]:
    """What these settings would have done between two days (`from`, `to`); 202 with its progress if it takes long."""
    settings, period = asked(data, services)
    now = services.now()
    with services.db.write() as session:
        autonomy = parse_autonomy(configuration.check(session, "autonomy", settings))
        row = replays.begin(session, autonomy, *replays.span(period), now, identity.name)
        return Response(replays.answer(session, row), status_code=200 if row.state == "done" else 202)


@get("/replays/{id:int}", sync_to_thread=True, guards=[needs_admin])
def read_replay(id: Id, services: Services) -> dict[str, Any]:
    """How far a replay is, or its answer."""
    with services.db.read() as session:
        return replays.answer(session, store.find(session, id))


def asked(data: Any, services: Services) -> tuple[dict[str, Any], Period]:
    """The settings and the period of a request. Raises `Invalid` naming the field."""
    if not isinstance(data, dict):
        raise Invalid("The body must be an object with settings as for autonomy, from and to.", field="body")
    days = {name: data.get(name, "") for name in ("from", "to")}
    for name, day in days.items():
        if not isinstance(day, str):
            raise Invalid(f"{name} must be a date such as 2026-01-31.", field=name)
    settings = {name: value for name, value in data.items() if name not in days}
    return settings, parse_period(days["from"], days["to"], services.now().date())


def refuse_unknown(session: Session, services: Services, category: str) -> None:
    """Raise `NotFound` for a category that does not exist."""
    if category not in services.configuration.current(session).category_names:
        raise NotFound("There is no category of this name.", field="category")


def autonomy_json(session: Session, services: Services) -> dict[str, Any]:
    """The settings with their version and every category's standing."""
    current = services.configuration.current(session)
    rows = {row.category: row for row in reviews.standings(session, reviews.newest_fingerprint(session) or "")}
    seen = watches.all_current(session)
    settings = current.autonomy.to_dict()
    known = {row["category"]: row for row in settings["categories"]}
    for name in sorted(current.category_names):
        known.setdefault(name, current.autonomy.of(name).to_dict())
    settings["categories"] = [
        {**row, "standing": standing_json(rows.get(name), seen.get(name))} for name, row in known.items()
    ]
    return {"version": current.versions.get("autonomy", 0), **settings}


def standing_json(row: StandingRow | None, watch: WatchRow | None) -> dict[str, Any]:
    """What a category has earned in the present record, and its watch; no threshold while nothing is proven."""
    found = standing_of(row) if row else None
    return {
        "threshold": found.threshold if found else None,
        "bound": found.bound if found else None,
        "reviews": found.reviews if found else 0,
        "errors": found.errors if found else 0,
        "coverage": found.coverage if found else 0.0,
        "missing": found.missing if found else None,
        "reviews_that_count": found.pool if found else 0,
        "record": row.fingerprint if row else None,
        "up_to_date": row is not None and not row.stale,
        "watch": watch_json(watch) if watch else None,
    }


def watch_json(watch: WatchRow) -> dict[str, Any]:
    """A watch, and whether it has turned the category off."""
    return {
        "began_at": watch.began_at.isoformat(),
        "by": watch.by,
        "error_budget": watch.budget,
        "confidence_level": watch.level,
        "suspended_at": watch.suspended_at.isoformat() if watch.suspended_at else None,
        "reason": watch.reason or None,
    }
