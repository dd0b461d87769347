"""A process is killed in the middle of teaching: the old version stays live, and the next process finishes the work."""

import os
import subprocess
import sys
from pathlib import Path

from copilot import corrections, learning
from copilot.fakes import ManualTime
from copilot.store import triage_versions
from tests.builders import Desk, make_services

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import sys, time
from pathlib import Path
from copilot.fakes import HashEmbedder
from tests.builders import make_services

class Endless(HashEmbedder):
    def encode(self, texts):
        if any("gizmo" in text for text in texts):
            print("teaching", flush=True)
            time.sleep(600)
        return super().encode(texts)

services = make_services(Path(sys.argv[1]), embedder=Endless())
while services.learning.step():
    pass
"""


def states(desk: Desk) -> list[str]:
    """The states of all versions, newest first."""
    return [version.state for version in desk.do(triage_versions.latest)]


def test_a_process_killed_while_teaching_changes_nothing(tmp_path: Path) -> None:
    """The version in force goes on, the candidate waits until the claim has run out, and is then taught once."""
    now = ManualTime()
    services = make_services(tmp_path / "data", now)
    desk = Desk(services, now).seed()
    while services.learning.step():
        pass
    ids = [desk.open(f"My gizmo hums, part {n}", email=f"g{n}@example.com") for n in range(5)]
    desk.process()
    current = desk.do(services.configuration.current)
    for ticket_id in ids:
        desk.do(
            lambda s, id=ticket_id: corrections.set_category(s, id, "shipping", current, services.book, now(), "Sam")
        )
    command, settings = [sys.executable, "-c", CHILD, str(tmp_path / "data")], {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert any(line == "teaching\n" for line in child.stdout)
        child.kill()
    assert states(desk) == ["candidate", "live"]
    assert services.learning.step() == 0
    now.advance(learning.LEASE)
    assert services.learning.step() == 1
    assert states(desk) == ["live", "retired"]
    services.close()
