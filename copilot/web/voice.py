"""The admin's page for the team's voice: name, tone, signatures, and a draft as it would read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot.asking import Question
from copilot.drafting import assemble
from copilot.excerpts import Quote
from copilot.voice import LANGUAGES, Voice, parse_voice
from copilot.web import documents, wording
from copilot.web.admin_views import FieldError, SignatureView, VoiceView
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import VoiceForm
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

EXAMPLE = "…"


@get("/admin/voice", sync_to_thread=True, guards=[needs_admin])
def voice_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The voice in force."""
    frame = frame_of(request, services, identity, "admin")
    return page("admin/voice.html", frame=frame, view=voice_view(services))


@post("/admin/voice", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_voice(data: URLEncodedBody[VoiceForm], services: Services, identity: Identity) -> Response[str]:
    """Put another voice in force, or show what is wrong beside what was typed."""
    errors = documents.save_document(services, identity, "voice", data.document)
    view = voice_view(services)
    if errors:
        said = signatures(data.document, data.name or view.usual_name)
        view = replace(view, name=data.name, tone=data.tone, signatures=said, errors=errors)
        return page("admin/voice_document.html", 422, view=view)
    return page("admin/voice_document.html", view=replace(view, saved=True))


@post("/admin/voice/preview", sync_to_thread=True, guards=[needs_admin], status_code=200)
def preview_voice(data: URLEncodedBody[VoiceForm], services: Services) -> Response[str]:
    """How drafts would read with what is typed so far."""
    try:
        view = viewed(services, parse_voice(data.document), None)
    except ValueError as error:
        view = replace(voice_view(services), errors=(FieldError(*str(error).split(": ", 1)),))
    return page("admin/voice_examples.html", view=view)


def voice_view(services: Services) -> VoiceView:
    """The voice in force."""
    document, version = documents.in_force(services, "voice")
    return viewed(services, parse_voice(document), version)


def viewed(services: Services, voice: Voice, version: int | None) -> VoiceView:
    """A voice as the page shows it."""
    usual_name = services.settings.support_name
    named = voice.named(usual_name)
    typed = signatures(voice.to_dict(), named.name)
    return VoiceView(voice.name, usual_name, voice.tone, typed, examples(named), version)


def signatures(document: Mapping[str, Any], name: str) -> tuple[SignatureView, ...]:
    """Each language's signature as typed, beside the usual one."""
    usual = Voice(name)
    return tuple(
        SignatureView(
            language,
            wording.label(wording.LANGUAGES, language),
            document["signatures"].get(language, ""),
            usual.signature(language),
        )
        for language in LANGUAGES
    )


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
