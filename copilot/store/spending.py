"""Queries about requests to language models and what they used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, cast, func
from sqlmodel import Session, col, select

from copilot.store.tables import LlmCall


@dataclass(frozen=True, slots=True)
class Spent:
    """The requests of a day, a draft or a model together; `failed` gave no usable answer."""

    calls: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    cost: float = 0.0
    ms: int = 0


SUMS: Any = (
    func.count(),
    func.sum(cast(col(LlmCall.outcome) != "ok", Integer)),
    func.sum(LlmCall.tokens_in),
    func.sum(LlmCall.tokens_out),
    func.max(cast(col(LlmCall.estimated), Integer)),
    func.sum(LlmCall.cost),
    func.sum(LlmCall.ms),
)


def of_draft(session: Session, draft_id: int) -> Spent:
    """What a draft took, all its wordings together."""
    row = session.exec(select(*SUMS).where(LlmCall.draft_id == draft_id)).one()
    return _spent(row)


def by_day(session: Session, since: datetime) -> list[tuple[date, str, Spent]]:
    """(day in UTC, model, what was used), newest first."""
    at: Any = func.timezone("UTC", LlmCall.at) if session.get_bind().dialect.name == "postgresql" else LlmCall.at
    day = func.date(at)
    wanted = select(day, LlmCall.model, *SUMS).where(col(LlmCall.at) >= since).group_by(day, LlmCall.model)
    rows = session.exec(wanted.order_by(day.desc(), col(LlmCall.model)))
    return [(date.fromisoformat(str(row[0])), row[1], _spent(row[2:])) for row in rows]


def by_outcome(session: Session) -> list[tuple[str, str, Spent]]:
    """(purpose, outcome, what was used) since the beginning."""
    wanted = select(LlmCall.purpose, LlmCall.outcome, *SUMS).group_by(LlmCall.purpose, LlmCall.outcome)
    return [(row[0], row[1], _spent(row[2:])) for row in session.exec(wanted)]


def _spent(row: Sequence[Any]) -> Spent:
    calls, failed, tokens_in, tokens_out, estimated, cost, ms = (value or 0 for value in row)
    return Spent(int(calls), int(failed), int(tokens_in), int(tokens_out), bool(estimated), float(cost), int(ms))
