"""A process is killed in the middle of grouping questions: the next one goes on, and each question counts once."""

import os
import subprocess
import sys
from pathlib import Path

from copilot import gaps
from copilot.fakes import ManualTime
from copilot.store import gaps as store
from tests.builders import Desk, make_services

ROOT = Path(__file__).resolve().parents[2]
ASKED = 12
CHILD = """
import sys, time
from datetime import timedelta
from pathlib import Path
from copilot import gaps
from copilot.fakes import HashEmbedder, ManualTime
from tests.builders import make_services

class Endless(HashEmbedder):
    calls = 0
    def encode(self, texts):
        if any("gizmo" in text for text in texts):
            Endless.calls += 1
            if Endless.calls == 2:
                print("grouping", flush=True)
                time.sleep(600)
        return super().encode(texts)

gaps.AT_ONCE = 4
now = ManualTime()
now.advance(minutes=1)
services = make_services(Path(sys.argv[1]), now, embedder=Endless())
while services.gaps.step():
    pass
"""


def test_a_process_killed_while_grouping_is_gone_on_with(tmp_path: Path) -> None:
    """What was stored stays, the rest is read after the lease, and no question is lost or counted twice."""
    now = ManualTime()
    services = make_services(tmp_path / "data", now)
    desk = Desk(services, now).seed()
    for number in range(ASKED):
        desk.open(f"gizmo hums loudly {'again' * (number % 2)}", email=f"g{number}@example.com")
    desk.process()
    command, settings = [sys.executable, "-c", CHILD, str(tmp_path / "data")], {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert any(line == "grouping\n" for line in child.stdout)
        child.kill()
    sizes = sum(row.gap.size for row in desk.do(lambda s: store.ranked(s, store.STATES, now(), 50)))
    assert 0 < sizes < ASKED
    now.advance(minutes=1)
    assert services.gaps.step() == 0
    now.advance(gaps.LEASE)
    while services.gaps.step():
        pass
    rows = desk.do(lambda s: store.ranked(s, store.STATES, now(), 50))
    assert sum(row.gap.size for row in rows) == sum(row.tickets for row in rows) == ASKED
    services.close()
