"""Computes reports apart from whoever asks, one at a time, so that a long one holds up neither a page nor the others.

A report of days that are over is kept for an hour, since hardly anything changes it; one that touches today is computed
anew for each look. Kept in this process alone: another process computes its own.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWorking
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock

from copilot import reports
from copilot.promises import PromiseBook
from copilot.report_cases import Period
from copilot.reports import Compliance, Tally
from copilot.store.session import Database
from copilot.timesource import TimeSource
from sla.compliance import Case

KEPT = timedelta(hours=1)
MOST_KEPT = 32

Asked = tuple[Period, bool]


class Stopped(Exception):
    """The service ends before the report is done."""


class Watched(Tally):
    """A tally that ends early when the service does."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._stop = stop

    def through(self, batches: Iterable[list[tuple[int, Case]]]) -> Iterator[Case]:
        """The cases of these batches; raises `Stopped`."""
        return super().through(self._until_stopped(batches))

    def _until_stopped(self, batches: Iterable[list[tuple[int, Case]]]) -> Iterator[list[tuple[int, Case]]]:
        for batch in batches:
            if self._stop.is_set():
                raise Stopped
            yield batch


@dataclass(frozen=True, slots=True)
class Work:
    """A report on its way or done."""

    report: Future[Compliance]
    tally: Tally


class ReportDesk:
    """Takes orders for reports; the same order twice is the same work."""

    def __init__(self, db: Database, now: TimeSource, book: PromiseBook) -> None:
        self.db, self.now, self.book = db, now, book
        self._works: OrderedDict[Asked, Work] = OrderedDict()
        self._lock, self._stop = Lock(), Event()
        self._hand = ThreadPoolExecutor(1, "reports")

    def compliance(
        self, period: Period, auto_sent_counts: bool, *, anew: bool = False, patience: float
    ) -> Compliance | int:
        """The report; or, when it takes longer than `patience` seconds, the tickets counted so far: ask again then.

        `anew` leaves aside one that is kept.
        """
        work = self._work((period, auto_sent_counts), anew)
        try:
            return self._hand_over(work, patience)
        except StillWorking:
            return work.tally.tickets

    def wait(self, period: Period, auto_sent_counts: bool) -> Compliance:
        """The report, however long it takes."""
        return self._hand_over(self._work((period, auto_sent_counts), anew=False), None)

    def progress(self, period: Period, auto_sent_counts: bool) -> int | None:
        """The tickets counted so far; None when nothing is being computed (any more)."""
        with self._lock:
            work = self._works.get((period, auto_sent_counts))
        return None if work is None or work.report.done() else work.tally.tickets

    def close(self) -> None:
        """End whatever is being computed."""
        self._stop.set()
        self._hand.shutdown(cancel_futures=True)

    def _work(self, asked: Asked, anew: bool) -> Work:
        with self._lock:
            work = self._works.get(asked)
            if work is None or (work.report.done() and (anew or not self._holds(work.report))):
                work = self._begin(asked)
            return work

    def _hand_over(self, work: Work, patience: float | None) -> Compliance:
        """What it came to; kept only when its days are over."""
        try:
            report = work.report.result(patience)
        except StillWorking:
            raise
        except BaseException:
            self._forget(work)
            raise
        if not over(report.period, report.at):
            self._forget(work)
        return report

    def _begin(self, asked: Asked) -> Work:
        tally = Watched(self._stop)
        work = Work(self._hand.submit(self._compute, *asked, tally), tally)
        self._works[asked] = work
        self._works.move_to_end(asked)
        while len(self._works) > MOST_KEPT:
            self._works.popitem(last=False)
        return work

    def _compute(self, period: Period, auto_sent_counts: bool, tally: Tally) -> Compliance:
        with self.db.read() as session:
            return reports.compliance(
                session, period, self.book, self.now(), auto_sent_counts=auto_sent_counts, tally=tally
            )

    def _holds(self, done: Future[Compliance]) -> bool:
        """Whether it may be shown again; one that touches today only to whoever has waited for it."""
        if done.exception() is not None:
            return True
        age = self.now() - done.result().at
        return timedelta(0) <= age < KEPT

    def _forget(self, work: Work) -> None:
        with self._lock:
            for asked in [asked for asked, known in self._works.items() if known is work]:
                del self._works[asked]


def over(period: Period, at: datetime) -> bool:
    """Whether its days had ended everywhere by then."""
    return period.before <= at
