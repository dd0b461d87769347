"""Puts a program's autonomy document in force, so that nobody turns the kill switch off without having seen it on.

Everything in the caller's transaction. Refuses to know what the settings mean: `copilot.autonomy` parses them.
"""

from datetime import datetime
from typing import Any

from copilot import configuration
from copilot.errors import Conflict, Invalid
from copilot.store import configuration as store
from copilot.store.session import Session

KIND = "autonomy"


def put(session: Session, document: Any, now: datetime, by: str) -> int:
    """Put the document in force; returns its version. One that is silent about the switch leaves it as it is.

    `version` in the document is the version that it was made from (0: the shipped default), and needed to turn the
    switch off. Raises `Invalid` naming the field, and `Conflict` when another version is in force or none is named.
    """
    if not isinstance(document, dict):
        raise Invalid("autonomy must be an object.", field=KIND)
    version, current = document.get("version"), store.versions(session).get(KIND, 0)
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        raise Invalid("version must be the whole number that was read.", field="version")
    if version is not None and version != current:
        raise Conflict(f"Version {current} of the settings is in force by now: read it first.", field="version")
    on = configuration.autonomy_in_force(session).kill_switch
    if on and version is None and document.get("kill_switch", on) is False:
        raise Conflict("The kill switch is on: turning it off needs the version that was read.", field="version")
    return configuration.save(session, KIND, {"kill_switch": on, **document}, now, by)
