"""The admin's page of the send checks: words and people that are set apart, planted tokens, and caps by category."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from copilot import configuration
from copilot.autonomy import Autonomy
from copilot.errors import Invalid
from copilot.risks import parse_risks
from copilot.store import budgets
from copilot.store.session import Session
from copilot.web import autonomy as switchboard
from copilot.web import wording
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import CapsForm, LanguagesForm, RiskForm, TermsForm
from copilot.web.presenters import choices
from copilot.web.promise_told import titles_of
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.web.views import Choice
from copilot.wiring import Services
from triage.language import LANGUAGES

PAGE = "/admin/checks"
SAVED = {
    "terms": "Saved. Tickets that hold one of these words wait for a person.",
    "lists": "Saved. It counts for every reply that is decided from now on.",
    "languages": "Saved. Customers who write in another language are answered by people.",
    "caps": "Saved. Replies that wait to leave are measured against the new caps too.",
}


@dataclass(frozen=True, slots=True)
class CapRow:
    """A category's caps and what it has used of them."""

    name: str
    title: str
    per_hour: int
    per_day: int
    used: str


@dataclass(frozen=True, slots=True)
class ChecksView:
    """The page. Lists are texts with one entry a line."""

    terms: tuple[tuple[str, str], ...]
    segments: str
    person: str
    canaries: str
    categories: tuple[Choice, ...]
    sentiments: tuple[Choice, ...]
    signals: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    caps: tuple[CapRow, ...]
    saved: str | None = None
    error: str | None = None


@get(PAGE, sync_to_thread=True, guards=[needs_admin])
def checks_page(
    request: AnyRequest, services: Services, identity: Identity, saved: FromQuery[str] = ""
) -> Response[str]:
    """What is in force."""
    return shown(request, services, identity, saved=SAVED.get(saved))


@post(f"{PAGE}/terms", sync_to_thread=True, guards=[needs_admin], status_code=303)
def save_terms(
    data: URLEncodedBody[TermsForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Replace the words of one topic; without words the topic goes."""

    def change(autonomy: Autonomy) -> Autonomy:
        terms: dict[str, list[str]] = {topic: list(words) for topic, words in autonomy.risk.terms}
        topic, words = data.topic.strip(), lines(data.words)
        if not topic:
            raise Invalid("A topic needs a name.", field="topic")
        terms[topic] = words
        kept = {name: found for name, found in terms.items() if found}
        return replace(autonomy, risk=parse_risks({**autonomy.risk.to_dict(), "terms": kept}))

    return saved_or_shown(request, services, identity, change, "terms")


@post(f"{PAGE}/lists", sync_to_thread=True, guards=[needs_admin], status_code=303)
def save_lists(
    data: URLEncodedBody[RiskForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Replace who and what is set apart besides words, and the planted tokens."""

    def change(autonomy: Autonomy) -> Autonomy:
        listed = {
            **autonomy.risk.to_dict(),
            "segments": lines(data.segments),
            "person": lines(data.person),
            "categories": ticked(data.categories),
            "sentiments": ticked(data.sentiments),
            "signals": ticked(data.signals),
        }
        return replace(autonomy, risk=parse_risks(listed), canaries=tuple(lines(data.canaries)))

    return saved_or_shown(request, services, identity, change, "lists")


@post(f"{PAGE}/languages", sync_to_thread=True, guards=[needs_admin], status_code=303)
def save_languages(
    data: URLEncodedBody[LanguagesForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Replace the languages in which customers may be answered automatically."""
    spoken = tuple(ticked(data.languages))
    return saved_or_shown(
        request, services, identity, lambda autonomy: replace(autonomy, languages=spoken), "languages"
    )


@post(f"{PAGE}/caps", sync_to_thread=True, guards=[needs_admin], status_code=303)
def save_caps(
    data: URLEncodedBody[CapsForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Set one category's caps."""

    def change(autonomy: Autonomy) -> Autonomy:
        hour, day = whole(data.per_hour, "per_hour"), whole(data.per_day, "per_day")
        row = replace(autonomy.of(data.category), per_hour=hour, per_day=day)
        return replace(autonomy, categories={**autonomy.categories, data.category: row})

    return saved_or_shown(request, services, identity, change, "caps")


def saved_or_shown(
    request: AnyRequest, services: Services, identity: Identity, change: Callable[[Autonomy], Autonomy], what: str
) -> Response[str] | Redirect:
    """Save and go back to the page, or show it with what is wrong."""
    try:
        switchboard.change(services, identity, change)
    except Invalid as error:
        return shown(request, services, identity, error=error.message)
    return Redirect(PAGE, query_params={"saved": what}, status_code=303)


def shown(request: AnyRequest, services: Services, identity: Identity, **said: Any) -> Response[str]:
    """The page as a response; 422 with an error."""
    with services.db.read() as session:
        view = replace(checks_view(session, services), **said)
    frame = frame_of(request, services, identity, "admin")
    return page("admin/checks.html", 422 if view.error else 200, frame=frame, view=view)


def checks_view(session: Session, services: Services) -> ChecksView:
    """Everything that is set, and what has been used of the caps."""
    current, autonomy = services.configuration.current(session), configuration.autonomy_in_force(session)
    titles, risk = titles_of(current.categories), autonomy.risk
    spent = budgets.spent(session, list(titles), services.now())
    caps = []
    for name, title in titles.items():
        row, used = autonomy.of(name), spent[name]
        caps.append(CapRow(name, title, row.per_hour, row.per_day, f"{used.hour:,} this hour, {used.day:,} today"))
    return ChecksView(
        terms=tuple((topic, "\n".join(words)) for topic, words in risk.terms),
        segments="\n".join(risk.segments),
        person="\n".join(risk.person),
        canaries="\n".join(autonomy.canaries),
        categories=several(titles, risk.categories),
        sentiments=several(wording.SENTIMENTS, risk.sentiments),
        signals=several(wording.SIGNALS, risk.signals),
        languages=several({code: wording.LANGUAGES[code] for code in LANGUAGES}, autonomy.languages),
        caps=tuple(caps),
    )


def several(labels: dict[str, str], chosen: tuple[str, ...]) -> tuple[Choice, ...]:
    """Options of which several may be chosen."""
    return tuple(replace(option, selected=option.value in chosen) for option in choices(labels, None))


def ticked(boxes: list[str] | str) -> list[str]:
    """The ticked boxes of a group."""
    return [boxes] if isinstance(boxes, str) else boxes


def lines(text: str) -> list[str]:
    """One entry a line; empty lines say nothing."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def whole(text: str, name: str) -> int:
    """A whole number as typed; the settings check its size. Raises `Invalid`."""
    typed = text.strip()
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 9:
        raise Invalid(f"{name} must be a whole number.", field=name)
    return int(typed)
