"""What decisions need to know of earned autonomy at the moment of deciding, read in the transaction that decides."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from copilot.auditing import drawn
from copilot.confidence import PRIOR_MODEL, Evidence, Model
from copilot.precedent_cache import PrecedentCache
from copilot.precedents import Precedents
from copilot.standing import Standing
from copilot.store import reviews, watches
from copilot.store.session import Session
from copilot.store.tables import StandingRow
from knowledge.embedding import Vectors


@dataclass(frozen=True, slots=True)
class Standings:
    """The record that drafts of one fingerprint belong to: its confidence model and precedents, what each category has
    earned in it, which categories are suspended and why, and the key that draws audits."""

    model: Model
    precedents: Precedents | None
    earned: dict[str, Standing]
    suspended: dict[str, str]
    key: bytes

    @classmethod
    def of(
        cls,
        session: Session,
        fingerprint: str,
        categories: Collection[str],
        key: bytes,
        precedents: PrecedentCache | None = None,
    ) -> "Standings":
        """Read it for these categories; without `precedents` every article counts as new."""
        fit = reviews.newest_fit(session, fingerprint)
        rows = reviews.standings(session, fingerprint, categories)
        return cls(
            model=Model.from_dict(fit.model) if fit else PRIOR_MODEL,
            precedents=precedents.current(session, fingerprint, fit.id or 0) if fit and precedents else None,
            earned={row.category: standing_of(row) for row in rows},
            suspended=watches.suspended(session, categories),
            key=key,
        )

    def with_record(self, evidence: Evidence, article_id: str, question: Vectors | None) -> Evidence:
        """The evidence with how drafts out of this article fared for questions like this one."""
        if self.precedents is None:
            return evidence
        return replace(evidence, record=self.precedents.record(article_id, question))

    def confidence(self, evidence: Evidence) -> float:
        """How likely a person is to send the draft as it is (0..1)."""
        return self.model.of(evidence)

    def is_drawn(self, ticket_id: int, message_id: int, share: float) -> bool:
        """Whether the draft that answers this message goes to a person for an audit."""
        return drawn(self.key, ticket_id, message_id, share)


def standing_of(row: StandingRow) -> Standing:
    """The stored standing."""
    return Standing(
        budget=row.budget, level=row.level, threshold=row.threshold, bound=row.bound, reviews=row.reviews,
        errors=row.errors, coverage=row.coverage, missing=row.missing, pool=row.pool,
    )  # fmt: skip
