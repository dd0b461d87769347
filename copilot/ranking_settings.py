"""What an admin has set of the queue's order: the least share of the agents' time for overdue tickets. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sla.ranking import RESERVE

LEAST, MOST = 0.005, 0.2


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """`reserve` is the least share of the agents' time that goes to overdue tickets, from `LEAST` to `MOST`."""

    reserve: float = RESERVE

    def to_dict(self) -> dict[str, Any]:
        """As a document."""
        return {"reserve": self.reserve}


def parse_ranking(document: Any) -> RankingSettings:
    """From {"reserve": 0.05}; {} is the shipped default. ValueError names the field."""
    if not isinstance(document, Mapping):
        raise ValueError("ranking: expected an object")
    for key in document:
        if key != "reserve":
            raise ValueError(f"{str(key)[:60]}: unknown key; known is reserve")
    reserve = document.get("reserve", RESERVE)
    if isinstance(reserve, bool) or not isinstance(reserve, int | float):
        raise ValueError("reserve: expected a number, such as 0.05 for 5 %")
    if not LEAST <= reserve <= MOST:
        raise ValueError(f"reserve: must be from {LEAST} to {MOST}")
    return RankingSettings(float(reserve))
