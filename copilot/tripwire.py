"""Stops all automatic sending at once when something leaks, whoever is there to see it.

Everything happens in the caller's transaction. What has not left is taken back with it.
"""

from dataclasses import replace
from datetime import datetime

from copilot import configuration
from copilot.store import journal
from copilot.store.session import Session

BY = "the canary check"
REASON = "A draft held a planted token. Somebody has to find out what leaks before the switch is turned off again."


def trip(session: Session, ticket_id: int, now: datetime) -> bool:
    """Turn the kill switch on because a draft of this ticket holds a planted token; says whether it was off before."""
    before = configuration.autonomy_in_force(session)
    journal.record(session, now, "canary_found", ticket_id, reason=REASON)
    if before.kill_switch:
        return False
    configuration.save(session, "autonomy", replace(before, kill_switch=True).to_dict(), now, BY)
    return True
