"""What language models have been asked, day by day: requests, tokens, cost."""

from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from copilot.store import spending
from copilot.store.spending import Spent
from copilot.web.admin_views import UsageRow, UsageView
from copilot.web.auth import Identity, needs_admin
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

DAYS = 30
MOST_DAYS = 366


@get("/admin/usage", sync_to_thread=True, guards=[needs_admin])
def usage_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The last 30 days."""
    frame = frame_of(request, services, identity, "admin")
    with services.db.read() as session:
        days = spending.by_day(session, services.now() - timedelta(days=DAYS))
    currency = services.settings.llm_currency
    rows = tuple(
        UsageRow(f"{day:%-d %b %Y}", model, figures(spent), cost_words(spent.cost, currency))
        for day, model, spent in days
    )
    total = cost_words(sum(spent.cost for _, _, spent in days), currency)
    return page("admin/usage.html", frame=frame, view=UsageView(rows, total, services.settings.llm_model))


@get("/usage", sync_to_thread=True, guards=[needs_admin])
def read_usage(services: Services, days: FromQuery[int] = DAYS) -> dict[str, Any]:
    """What was used by day (UTC) and model."""
    since = services.now() - timedelta(days=min(max(days, 1), MOST_DAYS))
    with services.db.read() as session:
        rows = spending.by_day(session, since)
    items = [
        {
            "day": day.isoformat(), "model": model, "calls": s.calls, "failed": s.failed, "tokens_in": s.tokens_in,
            "tokens_out": s.tokens_out, "estimated": s.estimated, "cost": round(s.cost, 6), "ms": s.ms,
        }
        for day, model, s in rows
    ]  # fmt: skip
    return {"currency": services.settings.llm_currency, "items": items}


def figures(spent: Spent) -> tuple[str, ...]:
    """Requests, failures, tokens asked and answered, mean seconds, as they are shown."""
    about = "≈ " if spent.estimated else ""
    seconds = spent.ms / max(spent.calls, 1) / 1000
    return (
        f"{spent.calls:,}", f"{spent.failed:,}", f"{about}{spent.tokens_in:,}", f"{about}{spent.tokens_out:,}",
        f"{seconds:.1f} s",
    )  # fmt: skip


def cost_words(cost: float, currency: str) -> str:
    """An amount that says something also when it is small."""
    return f"{cost:,.2f} {currency}" if cost >= 1 or not cost else f"{cost:.4f} {currency}"
