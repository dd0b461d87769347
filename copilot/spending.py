"""The ledger of requests to language models: each is kept with its tokens and what they cost."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from copilot.llm.port import Call
from copilot.store.session import Session
from copilot.store.tables import LlmCall

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, asked and answered, in `currency`."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0
    currency: str = "USD"

    def of(self, call: Call) -> float:
        """The cost of a request."""
        return (call.tokens_in * self.tokens_in + call.tokens_out * self.tokens_out) / MILLION


def record(
    session: Session, calls: Iterable[Call], prices: Prices, now: datetime, ticket_id: int, draft_id: int | None
) -> None:
    """Keep these requests."""
    session.add_all(
        LlmCall(at=now, ticket_id=ticket_id, draft_id=draft_id, cost=prices.of(call), **asdict(call)) for call in calls
    )
