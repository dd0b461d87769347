"""Business-time facts collected from other helpdesks' own tests; the rows come from outside the repository."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from sla.calendar import BusinessCalendar
from tests.sla.builders import utc

SHARED = Path(os.environ.get("ANSWERABLE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
VECTORS = SHARED / "sla" / "vectors_dev.json"
ROWS = json.loads(VECTORS.read_text(encoding="utf-8")) if VECTORS.exists() else []


@pytest.mark.skipif(not ROWS, reason=f"no shared data at {VECTORS}")
@pytest.mark.parametrize("row", ROWS or [None])
def test_what_other_helpdesks_expect(row):
    """Each row's due instant or open time, at our conventions: due at closing time, spans signed."""
    calendar = BusinessCalendar(row["calendar"]["tz"], row["calendar"]["hours"], row["calendar"]["holidays"])
    start = utc(row["start"])
    pauses = [(utc(a), utc(b)) for a, b in row.get("pauses", [])]
    paused = sum((calendar.elapsed(a, b) for a, b in pauses), timedelta(0))
    if row["op"] == "add":
        duration = timedelta(seconds=row["seconds"]) if "seconds" in row else timedelta(minutes=row["minutes"])
        assert row.get("boundary", "close") == "close"
        assert calendar.add(start, duration + paused) == utc(row["expected"])
    else:
        end = utc(row["end"])
        found = calendar.elapsed(start, end) - paused
        assert max(found, timedelta(0)) == timedelta(minutes=row["expected"])
        assert start <= end or found == -calendar.elapsed(end, start)
