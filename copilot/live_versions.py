"""How one version of something learned takes the place of another. Refuses to know what was learned."""

from typing import Protocol

from copilot.store.session import Session


class Version(Protocol):
    """A version of which at most one is live; `pinned` marks one that an admin holds."""

    id: int | None
    state: str
    pinned: bool


def put_live(session: Session, version: Version, live: Version | None, *, pinned: bool) -> None:
    """Replace the live version; the database refuses two of them."""
    if live is not None and live.id != version.id:
        live.state, live.pinned = "retired", False
        session.flush()
    version.state, version.pinned = "live", pinned
