"""Earned autonomy for programs: the settings with what each category has earned, replays, and starting again."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from copilot import autonomy_saving, configuration, replays, watching
from copilot.autonomy import parse_autonomy
from copilot.earning import LOOKS_GROW
from copilot.errors import Invalid, NotFound
from copilot.held import held_by
from copilot.report_cases import Period, parse_period
from copilot.standings import standing_of
from copilot.store import replays as store
from copilot.store import reviews, watches
from copilot.store.session import Session
from copilot.store.tables import ConfidenceFit, StandingRow, WatchRow
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.parameters import Id
from copilot.wiring import Services

HELD_SINCE, MOST_HELD, MOST_LISTED = timedelta(days=28), 2_000, 50
"""How far back held drafts are counted, how many of the newest at most, and how many of yesterday are listed."""


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
    fit = reviews.newest_fit(session, reviews.newest_fingerprint(session) or "")
    lately = lately_json(session, services.now())
    settings["categories"] = [
        {**row, "standing": {**standing_json(rows.get(name), seen.get(name), fit), **lately(name)}}
        for name, row in known.items()
    ]
    return {"version": current.versions.get("autonomy", 0), **settings}


def lately_json(session: Session, now: datetime) -> Callable[[str], dict[str, Any]]:
    """What happened to drafts by category: the checks that held them in four weeks, and those of yesterday (UTC) that
    would have left."""
    gates = store.gates_since(session, now - HELD_SINCE, MOST_HELD)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    left = [draft for draft, _ in store.would_have_left(session, today - timedelta(days=1), today, MOST_LISTED)]
    verdicts = reviews.accepted_of(session, [draft.id or 0 for draft in left])

    def of(category: str) -> dict[str, Any]:
        return {
            "held_by": [asdict(row) for row in held_by(gates.get(category, ()))],
            "yesterday": [
                {
                    "ticket_id": draft.ticket_id,
                    "draft_id": draft.id,
                    "confidence": draft.confidence,
                    "accepted": verdicts.get(draft.id or 0),
                }
                for draft in left
                if draft.category == category
            ],
        }

    return of


def standing_json(row: StandingRow | None, watch: WatchRow | None, fit: ConfidenceFit | None) -> dict[str, Any]:
    """What a category has earned in the present record, its curve and its watch; no threshold while nothing is proven.
    `calibration_error` is that of the record's model (null: the shipped one), beside what chance alone would make."""
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
        "naive_threshold": row.detail.get("naive") if row else None,
        "curve": row.detail.get("curve", []) if row else [],
        "next_look_at": LOOKS_GROW * row.looked if row and row.looked else None,
        "calibration_error": fit.error if fit else None,
        "calibration_error_by_chance": fit.expected_error if fit else None,
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
