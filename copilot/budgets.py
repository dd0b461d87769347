"""The caps of a category's automatic replies per hour and day: is there room for one more? Pure arithmetic."""

from dataclasses import dataclass

from copilot.autonomy import CategoryAutonomy


@dataclass(frozen=True, slots=True)
class Spent:
    """Automatic replies that count against the caps: those that left within the last 60 minutes and 24 hours, and those
    that are on their way or of unknown outcome, whatever their age."""

    hour: int = 0
    day: int = 0

    def plus_one(self) -> "Spent":
        """With one more on its way."""
        return Spent(self.hour + 1, self.day + 1)


def overdrawn(setting: CategoryAutonomy, spent: Spent) -> str | None:
    """Why there is no room for one more reply; None when there is."""
    for used, cap, span in ((spent.hour, setting.per_hour, "an hour"), (spent.day, setting.per_day, "a day")):
        if used >= cap:
            return f"The cap of {cap:,} automatic replies {span} in this category is used up."
    return None
