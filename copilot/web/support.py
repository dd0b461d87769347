"""Which sentences of the text that an agent is writing stand in a source: the fragment and the API's answer."""

from dataclasses import asdict
from typing import Any

from litestar import Response, post
from litestar.params import JSONBody, URLEncodedBody
from msgspec import Struct

from copilot.grounding import Findings
from copilot.inputs import LONGEST_BODY, clean
from copilot.store import drafts
from copilot.store.tables import Draft, DraftVersion
from copilot.support import findings_now
from copilot.web.auth import needs_agent
from copilot.web.forms import BodyForm
from copilot.web.parameters import Id
from copilot.web.presenters import sentence_views
from copilot.web.responses import page
from copilot.wiring import Services


class CheckBody(Struct, forbid_unknown_fields=True):
    """The text to check; without one the draft's own."""

    body: str | None = None


@post("/drafts/{id:int}/check", sync_to_thread=True, guards=[needs_agent], status_code=200)
def show_support(data: URLEncodedBody[BodyForm], id: Id, services: Services) -> Response[str]:
    """The sentences of the agent's text, each with its source or with what no source says."""
    wording, findings = checked(services, id, data.body)
    sentences = sentence_views(map(asdict, findings.sentences), wording.citations)
    return page("workspace/support.html", sentences=sentences)


@post("/drafts/{id:int}/check", sync_to_thread=True, guards=[needs_agent], status_code=200)
def check_draft(data: JSONBody[CheckBody], id: Id, services: Services) -> dict[str, Any]:
    """Check a text in place of the draft's: which sentence stands on which span of which passage. Nothing is kept."""
    _, findings = checked(services, id, data.body)
    return {
        "supported": not findings.unsupported and not findings.unsupported_facts,
        "sentences": [asdict(finding) for finding in findings.sentences],
        "unsupported_facts": list(findings.unsupported_facts),
    }


def checked(services: Services, id: int, body: str | None) -> tuple[Draft | DraftVersion, Findings]:
    """The wording that people see, and the findings about this text in its place. Raises `NotFound` or `Invalid`."""
    with services.db.read() as session:
        draft = drafts.find(session, id)
        wording = drafts.shown(session, draft)
        text = wording.body if body is None else clean(body, "body", LONGEST_BODY, may_be_empty=True)
        voice = services.configuration.current(session).voice.named(services.settings.support_name)
        return wording, findings_now(session, draft, text, voice)
