"""What browsers post. Values arrive as text; the services check them."""

import secrets
from datetime import timedelta

import msgspec

from copilot.errors import Invalid
from copilot.voice import LANGUAGES
from copilot.wiring import Services


class Form(msgspec.Struct):
    """A posted form; the CSRF token has been checked before it gets here."""


class StatusForm(Form):
    """A new status."""

    status: str


class TriageForm(Form):
    """A correction of one of the three; an empty category says "none of these", one that is not there says nothing."""

    category: str | None = None
    sentiment: str = ""
    priority: str = ""


class MessageForm(Form):
    """A reply or a note."""

    body: str
    kind: str = "outbound"
    cited: str | list[str] = ""

    @property
    def passages(self) -> list[str]:
        """The passages put into it; a form that names one alone sends a text."""
        return self.cited if isinstance(self.cited, list) else [self.cited] if self.cited else []


class BodyForm(Form):
    """The text of an approved draft."""

    body: str


class RejectionForm(Form):
    """A code of `copilot.rejections`, own words, or both."""

    choice: str = ""
    reason: str = ""


class VoiceForm(Form):
    """The team's voice: a signature for each language, empty for the usual closing."""

    name: str = ""
    tone: str = ""
    en: str = ""
    fr: str = ""
    de: str = ""
    es: str = ""

    @property
    def document(self) -> dict[str, object]:
        """What `copilot.voice` reads."""
        signatures = {language: getattr(self, language) for language in LANGUAGES}
        return {"name": self.name, "tone": self.tone, "signatures": signatures}


class RewordForm(Form):
    """How a draft is to be worded; what is empty stays as it is."""

    way: str = "quoting"
    style: str = ""
    language: str = ""
    passage_id: str = ""


class VersionForm(Form):
    """The number of a wording."""

    number: str


class SignInForm(Form):
    """Who wants in, and where they were going."""

    email: str
    password: str
    next: str = "/"


class TextForm(Form):
    """A JSON document as text."""

    text: str


class SwitchForm(Form):
    """The kill switch: "true" stops everything."""

    on: str


class HoldForm(Form):
    """Seconds between decision and sending."""

    hold_seconds: str


class AutonomyForm(Form):
    """How far one category may go; an empty threshold means that it must be earned."""

    category: str
    mode: str
    threshold: str = ""


class EarnedForm(Form):
    """A category's settings, in percent; an empty threshold means that it must be earned."""

    category: str
    mode: str
    error_budget: str
    confidence_level: str
    threshold: str = ""


class AuditForm(Form):
    """The share of audits, in percent, and whether customers are told."""

    audit_share: str
    disclose: str = ""


class NameForm(Form):
    """The name of a category."""

    name: str


class TermsForm(Form):
    """The words of one topic of risks, one a line."""

    topic: str
    words: str = ""


class RiskForm(Form):
    """Who and what is set apart; texts have one entry a line. One ticked box arrives as a text, several as a list."""

    segments: str = ""
    person: str = ""
    canaries: str = ""
    categories: list[str] | str = []
    sentiments: list[str] | str = []
    signals: list[str] | str = []


class LanguagesForm(Form):
    """The languages in which customers may be answered automatically; one ticked box arrives as a text."""

    languages: list[str] | str = []


class CapsForm(Form):
    """The caps of one category, whole numbers."""

    category: str
    per_hour: str
    per_day: str


class ReserveForm(Form):
    """The least share of the agents' time for overdue tickets, such as 0.02."""

    reserve: str = ""


class ArticleForm(Form):
    """An article; `article_id` for a new one only."""

    title: str
    body: str
    article_id: str = ""
    language: str = "en"
    visibility: str = "public"
    category: str = ""
    status: str = "published"
    valid_until: str = ""
    owner: str = ""


class CategoryForm(Form):
    """A category; examples stand one a line. `name` is read for a new one only."""

    title: str = ""
    name: str = ""
    description: str = ""
    examples: str = ""


class CategoryNameForm(Form):
    """Which category."""

    name: str


class PassageForm(Form):
    """A passage, by its id."""

    passage: str


class RemovalForm(Form):
    """What becomes of a source's articles: "keep" or "withdraw"."""

    articles: str = ""


class ReasonForm(Form):
    """Why something is set aside."""

    reason: str = ""


class SourceForm(Form):
    """A website to read; `every` is a number of hours or empty."""

    address: str
    every: str = ""


class ScheduleForm(Form):
    """How often something is read: a number of hours or empty."""

    every: str = ""


class PreviewForm(Form):
    """Markdown to look at."""

    body: str = ""


class UserForm(Form):
    """A new person."""

    name: str
    email: str
    password: str
    role: str


class KeyForm(Form):
    """A new API key."""

    name: str
    role: str


def undo_delay(services: Services) -> timedelta:
    """How long a person's own sending can be taken back."""
    return timedelta(seconds=services.settings.undo_seconds)


def unique(kind: str) -> str:
    """An external id for something that was born here."""
    return f"{kind}-{secrets.token_hex(12)}"


def number(text: str, name: str) -> float:
    """A number as typed. Raises `Invalid`."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise Invalid(f"{name} must be a number.", field=name) from error
