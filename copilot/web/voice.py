"""The admin's page for the team's voice: name, tone, signatures, and a draft as it would read."""

from dataclasses import replace

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot.asking import Question
from copilot.drafting import assemble
from copilot.excerpts import Quote
from copilot.voice import LANGUAGES, Voice, parse_voice
from copilot.web import documents, wording
from copilot.web.admin_views import VoiceView
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import TextForm
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

EXAMPLE = "…"


@get("/admin/voice", sync_to_thread=True, guards=[needs_admin])
def voice_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The voice in force."""
    frame = frame_of(request, services, identity, "admin")
    return page("admin/voice.html", frame=frame, view=voice_view(services))


@post("/admin/voice", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_voice(data: URLEncodedBody[TextForm], services: Services, identity: Identity) -> Response[str]:
    """Put another voice in force, or show what is wrong beside the text as it was typed."""
    errors = documents.save(services, identity, "voice", data.text)
    view = voice_view(services)
    if errors:
        return page("admin/voice_document.html", 422, view=replace(view, text=data.text, errors=errors))
    return page("admin/voice_document.html", view=replace(view, saved=True))


def voice_view(services: Services) -> VoiceView:
    """The voice, a draft in each language, and the document; before the first, an example of a signature to edit."""
    document, version = documents.in_force(services, "voice")
    voice = parse_voice(document)
    text = documents.as_text(voice.to_dict() if version else suggestion(voice))
    return VoiceView(voice.tone, examples(voice.named(services.settings.support_name)), text, version)


def suggestion(voice: Voice) -> dict[str, object]:
    """The empty document with a place for a signature."""
    return {**voice.to_dict(), "signatures": {"en": ""}}


def examples(voice: Voice) -> tuple[tuple[str, str], ...]:
    """(language, a quoted draft) as a customer would read it."""
    quote = Quote("", "", "", EXAMPLE, EXAMPLE)
    return tuple(
        (
            wording.label(wording.LANGUAGES, language),
            assemble(Question("", language, "Kim Doe"), [quote], language, voice),
        )
        for language in LANGUAGES
    )
