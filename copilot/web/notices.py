"""The admin's notices of lateness: shown as customers would read them, edited as JSON; saving is the approval."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot.notice_settings import NoticeSettings, parse_notices
from copilot.web import documents, wording
from copilot.web.admin_views import NoticesView
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import TextForm
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services
from sla.alerts import MissNotice, notice_text
from sla.policies import Metric
from sla.promise import LANGUAGES, voice_of


@get("/admin/notices", sync_to_thread=True, guards=[needs_admin])
def notices_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The notices in force."""
    frame = frame_of(request, services, identity, "admin")
    return page("admin/notices.html", frame=frame, view=notices_view(services))


@post("/admin/notices", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_notices(data: URLEncodedBody[TextForm], services: Services, identity: Identity) -> Response[str]:
    """Put new notices in force, or show what is wrong beside the text as it was typed."""
    errors = documents.save(services, identity, "notices", data.text)
    view = notices_view(services)
    if errors:
        return page("admin/notices_document.html", 422, view=replace(view, text=data.text, errors=errors))
    return page("admin/notices_document.html", view=replace(view, saved=True))


def notices_view(services: Services) -> NoticesView:
    """The notices in force, as a customer would read them, and as text; before the first, the house's words to edit."""
    document, version = documents.in_force(services, "notices")
    settings = parse_notices(document)
    text = documents.as_text(document if version else suggestion())
    return NoticesView(settings.enabled, examples(settings, services.now()), text, version)


def suggestion() -> dict[str, Any]:
    """A document that is off, with the house's words in every language."""
    words = {language: voice_of(language).words.timer.notice[Metric.NEXT_RESPONSE] for language in LANGUAGES}
    return {"enabled": False, "templates": words}


def examples(settings: NoticeSettings, now: datetime) -> tuple[tuple[str, str], ...]:
    """Each language with its template filled in, for an answer that was due now and will come in two hours."""
    example = MissNotice(Metric.FIRST_RESPONSE, now, now, now + timedelta(hours=2), "Europe/Paris")
    return tuple(
        (wording.label(wording.LANGUAGES, language), notice_text(example, language, template=template))
        for language, template in settings.templates.items()
    )
