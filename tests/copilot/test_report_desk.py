"""Long reports are computed apart: whoever asks hears how far it is, and what is over is kept for a while."""

from datetime import date, timedelta
from threading import Event

import pytest

from copilot import reports
from copilot.report_cases import Period
from copilot.reports import Compliance
from tests.copilot.test_reports import TODAY, answered, opened

PAST = Period(TODAY - timedelta(days=9), TODAY - timedelta(days=3))
PRESENT = Period(TODAY, TODAY)


@pytest.fixture
def slow(monkeypatch):
    """Reports that are not finished until the event is set."""
    go_on, compute = Event(), reports.compliance

    def waiting(session, *what, tally, **how):
        tally.tickets = 12
        assert go_on.wait(10)
        tally.tickets = 0
        return compute(session, *what, tally=tally, **how)

    monkeypatch.setattr(reports, "compliance", waiting)
    yield go_on
    go_on.set()


def test_a_long_one_says_how_far_it_is(desk, slow):
    """Nobody waits longer than they want; asking again finds the same work, until it is done."""
    ask = desk.services.reports
    assert isinstance(ask.compliance(PAST, True, patience=0.01), int)
    assert ask.progress(PAST, True) == 12
    slow.set()
    assert isinstance(ask.compliance(PAST, True, patience=10), Compliance)
    assert ask.progress(PAST, True) is None


def test_days_that_are_over_are_kept(desk, now):
    """The same report for an hour, unless it is asked for anew; after that another one."""
    ask = desk.services.reports
    first = ask.wait(PAST, True)
    now.advance(minutes=59)
    assert ask.wait(PAST, True) is first
    assert ask.wait(PAST, False) is not first
    anew = ask.compliance(PAST, True, anew=True, patience=10)
    assert anew.at == now()
    now.advance(hours=1)
    assert ask.wait(PAST, True) is not anew


def test_today_is_counted_anew_each_time(desk):
    """What happened a moment ago is in it."""
    assert desk.services.reports.wait(PRESENT, True).promise.total == 0
    answered(desk, opened(desk), minutes=5)
    assert desk.services.reports.wait(PRESENT, True).promise.total == 1


def test_a_failure_is_told_and_not_kept(desk, monkeypatch):
    """Whoever waits gets the error; the next one who asks gets a new try."""

    def failing(*_what, **_how):
        raise ValueError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(reports, "compliance", failing)
        with pytest.raises(ValueError, match="a bug"):
            desk.services.reports.wait(PAST, True)
    assert desk.services.reports.wait(PAST, True).tickets == 0


def test_only_so_many_are_kept(desk, monkeypatch):
    """The oldest make room."""
    monkeypatch.setattr("copilot.report_desk.MOST_KEPT", 2)
    days = [Period(date(2026, 1, day), date(2026, 1, day)) for day in (1, 2, 3)]
    first = [desk.services.reports.wait(day, True) for day in days]
    again = [desk.services.reports.wait(day, True) for day in reversed(days)]
    assert [found is known for found, known in zip(again, reversed(first), strict=True)] == [True, True, False]
