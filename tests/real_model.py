"""What a real language model makes of the sample shop's tickets: quoted and free drafts, their support, their cost.

The server is any that speaks the OpenAI chat API; a small model that contradicts its sources is wanted here.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from copilot import intake
from copilot.autosend import SUPPORTED, TOLD
from copilot.demo import SHOP, document, seed_shop
from copilot.drafting import EXTRACTIVE, FREE
from copilot.fakes import ManualTime
from copilot.importing import read_tickets
from copilot.intake import NewTicket
from copilot.llm.port import ModelFailed
from copilot.llm.server import connect
from copilot.plaintext import plain, squeezed
from copilot.rewording import Wanted
from copilot.store import spending
from copilot.store.tables import Draft
from copilot.wiring import Services
from tests.builders import Desk, make_services

URL = os.environ.get("ANSWERABLE_TEST_LLM_URL", "")
MODEL = os.environ.get("ANSWERABLE_TEST_LLM_MODEL", "model")
DEADLINE = float(os.environ.get("ANSWERABLE_TEST_LLM_DEADLINE", "180"))
"""Seconds; a small model on a busy processor takes a minute for a prompt of a thousand tokens."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A free draft: its sentences as they were found, and what the model or the reader of its answer objected to."""

    sentences: tuple[dict[str, Any], ...]
    problem: str | None
    failed: bool
    seconds: float

    @property
    def marked(self) -> int:
        """How many sentences no source supports."""
        return sum(sentence["support"] not in SUPPORTED for sentence in self.sentences)

    @property
    def is_supported(self) -> bool:
        """Whether sources support all of it, and some of it is no courtesy."""
        return not self.failed and not self.marked and any(s["support"] in TOLD for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Case:
    """What became of one ticket; `invented` are sentences of the quoted draft that no article holds, `sent` the replies
    that left by themselves."""

    draft: Draft | None
    wording: Wording | None
    invented: tuple[str, ...]
    tokens: int
    estimated: bool
    seconds: float
    sent: tuple[str, ...] = ()

    @property
    def is_quoted(self) -> bool:
        """Whether the model's own choice was quoted."""
        return self.draft is not None and self.draft.writer != EXTRACTIVE


def run(folder: Path, tickets: Sequence[NewTicket], *, automatic: bool = False, **parts: Any) -> list[Case]:
    """Have the model draft answers to these tickets of the shop, one after the other, in both ways; `automatic` lets
    every category send whatever passes the checks."""
    now = ManualTime()
    model = connect(MODEL, DEADLINE, None, URL, concurrency=1)
    services = make_services(folder, now, llm=model, llm_model=MODEL, llm_deadline_seconds=DEADLINE, **parts)
    desk = Desk(services, now)
    try:
        desk.do(lambda session: seed_shop(session, now()))
        while services.knowledge.sync():
            pass
        if automatic:
            desk.automate(*(row["name"] for row in document("categories")), hold_seconds=0)
        return [_case(desk, ticket) for ticket in tickets]
    finally:
        services.close()
        model._client.close()


def sample(count: int) -> list[NewTicket]:
    """So many of the shop's tickets, spread over all."""
    everything = list(read_tickets(SHOP / "tickets.jsonl"))
    return everything[:: max(1, len(everything) // count)][:count]


def _case(desk: Desk, new: NewTicket) -> Case:
    services = desk.services
    ticket_id = services.db.transact(lambda s: intake.receive(s, new, services.book, desk.now())).id
    began = perf_counter()
    desk.process()
    seconds = perf_counter() - began
    draft = desk.draft(ticket_id)
    if draft is None:
        return Case(None, None, (), 0, False, seconds)
    wording = _worded(services, draft) if draft.state == "open" else None
    desk.now.advance(hours=1)
    desk.deliver()
    sent = tuple(reply.body for reply in desk.replies(ticket_id))
    with services.db.read() as session:
        spent = spending.of_draft(session, draft.id or 0)
    invented = tuple(_invented(draft, _articles(services)))
    return Case(draft, wording, invented, spent.tokens_in + spent.tokens_out, spent.estimated, seconds, sent)


def _worded(services: Services, draft: Draft) -> Wording:
    began = perf_counter()
    try:
        row = services.rewording.reword(draft.id or 0, Wanted(FREE), "agent")
    except ModelFailed as error:
        return Wording((), error.message, failed=True, seconds=perf_counter() - began)
    return Wording(tuple(row.sentences), row.problem, failed=False, seconds=perf_counter() - began)


def _articles(services: Services) -> str:
    """Everything that the shop's articles say, in one line of plain text."""
    knowledge = services.knowledge
    known = [passage.text for passage in knowledge._lexical.passages]
    return squeezed(" ".join(map(plain, known)))


def _invented(draft: Draft, articles: str) -> list[str]:
    """The sentences of a quoted draft that are no courtesy and stand letter for letter in no article."""
    told = [sentence["text"] for sentence in draft.sentences if sentence["support"] != "courtesy"]
    return [text for text in told if squeezed(text) not in articles]
