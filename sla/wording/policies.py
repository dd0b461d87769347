"""The sentences of one policy: for whom it holds, what it promises, when time runs and stands still, what is excepted.

It tells the promises, never the goals, and speaks only of what the policy promises something for.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sla.hours import WEEKDAYS, read_special_days, read_week
from sla.intervals import DAY_MINUTES, Interval
from sla.policies import Metric, Policy, Priority, Sender, Status
from sla.wording.phrases import Voice

_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
_FROM_FIRST_MESSAGE = (Metric.FIRST_RESPONSE, Metric.RESOLUTION)
_HORIZON = timedelta(days=366)
_ALL_DAY: tuple[Interval, ...] = ((0, DAY_MINUTES),)
_FROM_TOP = tuple(reversed(Priority))


def policy_sentences(policy: Policy, voice: Voice, today: date | None, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The sentences, in the order in which a customer asks: who, what, from when, what counts, when, unless."""
    said = _Promise(policy, voice, today, titles)
    if not said.metrics:
        return (said.scope(), said.words.nothing_promised)
    return (
        said.scope(),
        *said.targets(),
        *said.starts(),
        *said.ends(),
        *said.hours(),
        *said.pauses(),
        *said.exceptions(),
    )


class _Promise:
    def __init__(self, policy: Policy, voice: Voice, today: date | None, titles: Mapping[str, str]) -> None:
        self.policy, self.voice, self.today, self.titles = policy, voice, today, titles
        self.words, self.formats = voice.words.promise, voice.words.formats
        within = policy.when.get("priority")
        self.priorities = [priority for priority in _FROM_TOP if within is None or priority in within]
        self.metrics = [metric for metric in Metric if any(self.promise(metric, p) for p in self.priorities)]

    def promise(self, metric: Metric, priority: Priority) -> timedelta | None:
        target = self.policy.target(metric, priority)
        return None if target is None else target.promise

    # for whom

    def scope(self) -> str:
        conditions = [self.condition(name, values) for name, values in self.policy.when.items()]
        if not conditions:
            return self.words.everyone
        words = self.words.scope if len(conditions) == 1 else self.words.scope_of_several
        return words.format(conditions=self.formats.semicolon.join(conditions))

    def condition(self, name: str, values: Iterable[str]) -> str:
        if name == "priority":
            said = [self.words.priorities[p] for p in _FROM_TOP if p in values]
        else:
            said = sorted(self.value(name, value) for value in values)
        return self.words.conditions[name].format(values=self.voice.either(said))

    def value(self, name: str, value: str) -> str:
        known = self.words.channels.get(value) if name == "channel" else None
        if name == "language":
            known = self.voice.language(value)
        if known is not None and value not in self.titles:
            return known
        opening, closing = self.formats.quotes
        return opening + " ".join(self.titles.get(value, value).split()) + closing

    # what

    def targets(self) -> list[str]:
        missing = [metric for metric in Metric if metric not in self.metrics]
        said = [sentence for metric in self.metrics for sentence in self.target(metric)]
        return [*said, self.words.no_target.format(metrics=self.named(missing))] if missing else said

    def target(self, metric: Metric) -> list[str]:
        lead, groups = self.words.leads[metric], self.grouped(metric)
        if list(groups.values()) == [self.priorities] and len(self.priorities) > 1:
            return [self.words.target.format(lead=lead, duration=self.voice.duration(next(iter(groups))))]
        within = [
            self.words.within.format(duration=self.voice.duration(promise), priorities=self.at(priorities))
            for promise, priorities in groups.items()
        ]
        said = [self.words.targets.format(lead=lead, targets=self.voice.every(within))]
        if without := [p for p in self.priorities if self.promise(metric, p) is None]:
            said.append(self.words.no_target_at.format(priorities=self.at(without), metrics=self.named([metric])))
        return said

    def grouped(self, metric: Metric) -> dict[timedelta, list[Priority]]:
        groups: dict[timedelta, list[Priority]] = {}
        for priority in self.priorities:
            if promise := self.promise(metric, priority):
                groups.setdefault(promise, []).append(priority)
        return groups

    def at(self, priorities: Sequence[Priority]) -> str:
        return self.voice.either([self.words.priorities[priority] for priority in priorities])

    def named(self, metrics: Sequence[Metric]) -> str:
        return self.voice.every([self.words.metrics[metric] for metric in metrics])

    # from when to when

    def starts(self) -> list[str]:
        at_first = [metric for metric in self.metrics if metric in _FROM_FIRST_MESSAGE]
        said = [self.words.starts.format(metrics=self.named(at_first))] if at_first else []
        if Metric.NEXT_RESPONSE in self.metrics:
            said.append(self.words.starts_again.format(metrics=self.named([Metric.NEXT_RESPONSE])))
        return said

    def ends(self) -> list[str]:
        said = []
        if any(metric in _RESPONSES for metric in self.metrics):
            senders = self.voice.either([self.words.sender[s] for s in Sender if s in self.policy.counts])
            said = [self.words.counts.format(senders=senders), self.words.never_counts]
        return [*said, self.words.resolved] if Metric.RESOLUTION in self.metrics else said

    # which hours

    def hours(self) -> list[str]:
        calendar = self.policy.calendar.to_dict()
        week, special = read_week(calendar["hours"]), self._ahead(read_special_days(calendar["special_days"]))
        days = (
            self._ahead({date.fromisoformat(str(day)).toordinal(): () for day in _list(calendar["holidays"])}) | special
        )
        public = self.public_holidays(calendar)
        if set(week) == {_ALL_DAY} and not days and not public:
            return [self.words.always]
        said = [self.words.hours.format(week=self.week(week)), *public, *self.closing(days)]
        if other := [f"{self.date(day)} {self.intervals(hours)}" for day, hours in days.items() if hours]:
            said.append(self.words.special.format(days=self.formats.semicolon.join(other)))
        return [*said, self.words.zone.format(zone=self.voice.city(self.policy.calendar.timezone))]

    def public_holidays(self, calendar: Mapping[str, object]) -> list[str]:
        country, region = calendar.get("country"), calendar.get("region")
        if country is None:
            return []
        name = self.voice.country(str(country)) + (f" ({region})" if region else "")
        return [self.words.public_holidays.format(country=name)]

    def _ahead(self, days: Mapping[int, tuple[Interval, ...]]) -> dict[int, tuple[Interval, ...]]:
        low = date.min if self.today is None else self.today
        high = date.max if self.today is None else self.today + _HORIZON
        return {day: hours for day, hours in sorted(days.items()) if low.toordinal() <= day < high.toordinal()}

    def week(self, week: Sequence[tuple[Interval, ...]]) -> str:
        """Days that keep the same hours are named together, three or more in a row as a range."""
        same: dict[tuple[Interval, ...], list[int]] = {}
        for index in range(len(WEEKDAYS)):
            same.setdefault(week[index], []).append(index)
        return self.formats.semicolon.join(f"{self.weekdays(days)} {self.intervals(at)}" for at, days in same.items())

    def weekdays(self, days: Sequence[int]) -> str:
        runs: list[list[int]] = []
        for day in days:
            if runs and runs[-1][-1] == day - 1:
                runs[-1].append(day)
            else:
                runs.append([day])
        return self.voice.every([name for run in runs for name in self.run(run)])

    def run(self, days: Sequence[int]) -> list[str]:
        names = [self.voice.weekday(day) for day in days]
        return [self.formats.days.format(first=names[0], last=names[-1])] if len(names) > 2 else names

    def intervals(self, intervals: Sequence[Interval]) -> str:
        if not intervals:
            return self.formats.closed
        if intervals == _ALL_DAY:
            return self.formats.always
        spans = [f"{self.voice.clock(opened)}–{self.voice.clock(closed)}" for opened, closed in intervals]
        return self.voice.every(spans) + self.formats.oclock

    def closing(self, days: Mapping[int, tuple[Interval, ...]]) -> list[str]:
        by_year: dict[int, list[str]] = {}
        for day in (date.fromordinal(ordinal) for ordinal, hours in sorted(days.items()) if not hours):
            by_year.setdefault(day.year, []).append(self.voice.day(day, self.formats.day))
        return [self.words.closing.format(year=year, days=self.voice.every(said)) for year, said in by_year.items()]

    def date(self, ordinal: int) -> str:
        return self.voice.day(date.fromordinal(ordinal), self.formats.day_and_year)

    # unless

    def pauses(self) -> list[str]:
        groups: dict[frozenset[Status], list[Metric]] = {}
        for metric in self.metrics:
            groups.setdefault(frozenset(self.policy.pauses.get(metric, ())), []).append(metric)
        return [self.pause(statuses, self.named(metrics)) for statuses, metrics in groups.items()]

    def pause(self, statuses: frozenset[Status], metrics: str) -> str:
        if not statuses:
            return self.words.no_pause.format(metrics=metrics)
        states = self.voice.either([self.words.pausing[status] for status in Status if status in statuses])
        return self.words.pauses.format(metrics=metrics, states=states)

    def exceptions(self) -> list[str]:
        left_out = set()
        if not self.policy.when:
            left_out.add("several")
        if all(len(self.grouped(m)) == 1 and len(self.grouped(m).popitem()[1]) == len(Priority) for m in self.metrics):
            left_out.add("priority")
        return [said for name, said in self.words.exceptions.items() if name not in left_out]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
