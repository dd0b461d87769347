"""A sender that dies, stalls or is overtaken: the reply in its hands is in doubt, and no other."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from copilot.app import csrf_secret
from copilot.fakes import ManualTime, RecordingTransport
from tests.builders import Desk, make_services


class Killed(BaseException):
    """What ends a process is caught by nobody."""


def states(desk: Desk, ids: list[int]) -> Counter[str]:
    """How many of these tickets' replies stand in each state."""
    return Counter(item.state for ticket_id in ids for item in desk.replies(ticket_id))


@pytest.fixture
def replies(desk: Desk, now: ManualTime) -> list[int]:
    """Three tickets with an automatic reply each, due now."""
    desk.automate("refund", hold_seconds=0)
    ids = [desk.open(email=f"customer{number}@example.com") for number in range(3)]
    desk.process()
    assert states(desk, ids) == {"waiting": 3}
    return ids


def test_a_dying_sender_leaves_one_reply_in_doubt(
    desk: Desk, replies: list[int], transport: RecordingTransport, now: ManualTime
) -> None:
    """Of a claimed batch only the reply that was leaving becomes uncertain; the others leave after the lease."""
    transport.fail_next(Killed())
    with pytest.raises(Killed):
        desk.deliver()
    assert states(desk, replies) == {"sending": 1, "waiting": 2}
    assert desk.deliver() == 0
    now.advance(seconds=desk.services.settings.lease_seconds)
    desk.deliver()
    assert states(desk, replies) == {"uncertain": 1, "delivered": 2}
    assert len(transport.attempts) == 3


def test_a_claimed_reply_can_still_be_taken_back(
    desk: Desk, replies: list[int], transport: RecordingTransport, now: ManualTime
) -> None:
    """The kill switch reaches replies that a sender has claimed but not begun to send."""
    transport.fail_next(Killed())
    with pytest.raises(Killed):
        desk.deliver()
    desk.configure("autonomy", {"kill_switch": True})
    assert states(desk, replies) == {"sending": 1, "cancelled": 2}


def test_a_stalled_sender_does_not_send_what_another_took_over(tmp_path: Path, now: ManualTime) -> None:
    """A sender that outlives its lease in the middle of a batch leaves the rest to the one that took it over."""
    transport = RecordingTransport()

    class Stalling(RecordingTransport):
        """Takes longer than the lease for its first reply, while another process delivers."""

        def send(self, reply: object) -> None:
            if not self.attempts:
                now.advance(timedelta(seconds=first.services.settings.lease_seconds))
                second.deliver()
            super().send(reply)  # type: ignore[arg-type]  # handed on as it came

    first = Desk(make_services(tmp_path / "data", now, transport=Stalling()), now).seed()
    second = Desk(make_services(tmp_path / "data", now, transport=transport), now)
    first.automate("refund", hold_seconds=0)
    ids = [first.open(email=f"customer{number}@example.com") for number in range(3)]
    first.process()
    first.deliver()
    sent = Counter(reply.message_ref for reply in [*first.transport.sent, *transport.sent])
    assert set(sent.values()) == {1}
    assert len(transport.sent) == 2
    assert states(first, ids) == {"delivered": 3}
    for desk in (first, second):
        desk.services.close()


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    """The key that signs CSRF tokens is never seen half written, and is the same for all."""
    gate = threading.Barrier(8)

    def read(_: int) -> str:
        gate.wait(30)
        return csrf_secret(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        (secret,) = set(pool.map(read, range(8)))
    assert len(secret) >= 43
    assert [path.name for path in tmp_path.iterdir()] == ["csrf.key"]
    assert (tmp_path / "csrf.key").stat().st_mode & 0o077 == 0
