"""Closing days from iCalendar files: what people export, and what somebody may have made on purpose."""

from datetime import date, datetime
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.closing_days import MAX_BYTES, closing_days, read_closing_days


def file(*events: str) -> str:
    """An iCalendar file of these events, each given as its lines."""
    blocks = [f"BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT" for lines in events]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *blocks, "END:VCALENDAR", ""])


def days(*texts: str) -> tuple[date, ...]:
    """Dates from ISO texts."""
    return tuple(map(date.fromisoformat, texts))


def outcome(ics: str) -> tuple[date, ...] | str:
    """The dates, or the words of the refusal."""
    try:
        return closing_days(ics)
    except ValueError as error:
        return str(error)


def reading(ics: str | bytes) -> tuple[date, ...] | str:
    """The dates that a lenient reading finds, or the words of the refusal."""
    try:
        return tuple(row.day for row in read_closing_days(ics, 2000, 2100).days)
    except ValueError as error:
        return str(error)


def is_dates_or_place(found: tuple[date, ...] | str) -> bool:
    """Whether these are dates, or words that name the line or the file."""
    if isinstance(found, str):
        return found.startswith(("line ", "file: "))
    return all(type(day) is date for day in found)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261225", days("2026-12-25")),
        ("DTSTART:20261225", days("2026-12-25")),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225", days("2026-12-25")),
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227", days("2026-12-24", "2026-12-25", "2026-12-26")),
        ("DTSTART;VALUE=DATE:20261231\nDURATION:P2D", days("2026-12-31", "2027-01-01")),
        ("DTSTART;TZID=Europe/Paris:20261225T000000\nDTEND;TZID=Mars/Base:20261226T000000", days("2026-12-25")),
        ("dtstart;value=date:2026\n 1225\nSUMMARY:folded", days("2026-12-25")),
        ("DTSTART:20261225\nSTATUS:CANCELLED", ()),
        ("DTSTART:19991225", ()),
        ("DTSTART:20261225\nRDATE:20261231,20270101", days("2026-12-25", "2026-12-31", "2027-01-01")),
        ("DTSTART:20261225\nBEGIN:VALARM\nDURATION:PT5M\nTRIGGER:-P1D\nEND:VALARM", days("2026-12-25")),
        ("DTSTART:20261225\nSUMMARY:\x00 RRULE:FREQ=SECONDLY\nX-RRULE:FREQ=SECONDLY", days("2026-12-25")),
    ],
)
def test_all_day_events(lines, expected):
    """One day, several days, by end or by duration, folded, cancelled, outside the years, with alarms."""
    assert closing_days(file(lines)) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=YEARLY;UNTIL=20281231", days("2026-12-25", "2027-12-25", "2028-12-25")),
        ("FREQ=YEARLY;COUNT=2", days("2026-12-25", "2027-12-25")),
        ("FREQ=YEARLY;INTERVAL=2;UNTIL=20281225T000000Z", days("2026-12-25", "2028-12-25")),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2", days("2027-11-25", "2028-11-23")),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20281231", days("2027-05-31", "2028-05-29")),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", ()),
    ],
)
def test_yearly_events(rule, expected):
    """Fixed dates, every other year, the fourth Thursday, the last Monday, and a date that never comes."""
    assert closing_days(file(f"DTSTART;VALUE=DATE:20261225\nRRULE:{rule}")) == expected


def test_a_yearly_event_of_several_days_with_an_exception():
    """The exception takes its whole occurrence away."""
    lines = "DTSTART:20261224\nDTEND:20261226\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20271224"
    assert closing_days(file(lines)) == days("2026-12-24", "2026-12-25", "2028-12-24", "2028-12-25")


def test_years_bound_what_recurs_without_an_end():
    """A birthday since 1970 gives the years asked for."""
    birthday = file("DTSTART:19700501\nRRULE:FREQ=YEARLY")
    assert closing_days(birthday, 2026, 2027) == days("2026-05-01", "2027-05-01")
    assert len(closing_days(birthday)) == 101


def test_bytes_with_a_mark_and_bare_line_ends():
    """Files as they come: UTF-8 with a byte order mark, any line ends; the same day twice is one day."""
    text = file("DTSTART:20261225", "DTSTART:20261225\nSUMMARY:Noël")
    for ends in ("\n", "\r", "\r\n"):
        assert closing_days(b"\xef\xbb\xbf" + text.replace("\r\n", "\n").replace("\n", ends).encode()) == days(
            "2026-12-25"
        )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("SUMMARY:when?", "line 3: DTSTART: expected a date"),
        ("DTSTART:20261335", "line 4: DTSTART: "),
        ("SUMMARY:x\nDTSTART:", "line 5: DTSTART: "),
        ("DTSTART:20261225T090000Z", "line 4: DTSTART: 2026-12-25 09:00: not a whole day"),
        ("DTSTART:00010101", "line 4: DTSTART: 0001-01-01: outside the years"),
        ("DTSTART:20261225\nDTSTART:20261226", "line 5: DTSTART: stands twice"),
        ("DTSTART:20261225\nDTEND:20261224", "line 5: DTEND: expected whole days"),
        ("DTSTART:20261225\nDTEND:20301224", "line 5: DTEND: expected whole days"),
        ("DTSTART:20261225\nDTEND:20261226T120000", "line 5: DTEND: 2026-12-26 12:00: not a whole day"),
        ("DTSTART:20261225\nDURATION:PT5H", "line 5: DURATION: expected whole days"),
        ("DTSTART:20261225\nDURATION:-P1D", "line 5: DURATION: expected whole days"),
        ("DTSTART:20261225\nDTEND:P1D", "line 5: DTEND: "),
        ("DTSTART;VALUE=PERIOD:20261225T000000Z/P1D", "line 4: DTSTART: "),
        ("DTSTART:20261225\nRRULE:FREQ=WEEKLY", "line 5: RRULE: FREQ: only yearly rules"),
        ("DTSTART:20261225\nRRULE:FREQ=WOW", "line 5: RRULE: "),
        ("DTSTART:20261225\nRRULE:FREQ=YEARLY;BYSETPOS=1", "line 5: RRULE: BYSETPOS: this part"),
        ("DTSTART:20261225\nRRULE:FREQ=YEARLY;INTERVAL=0", "line 5: RRULE: INTERVAL: '0' is not a number from 1"),
        ("DTSTART:20261225\nRRULE:FREQ=YEARLY;BYMONTH=13", "line 5: RRULE: "),
        ("DTSTART:20261225\nRRULE:FREQ=YEARLY;BYMONTHDAY=44", "line 5: RRULE: BYMONTHDAY: '44'"),
        ("DTSTART:20261225\nRRULE:FREQ=YEARLY;BYDAY=99MO", "line 5: RRULE: "),
        ("DTSTART:20261225\nRRULE:FREQ=YEARLY;BYDAY=1MO;BYMONTHDAY=1", "line 5: RRULE: BYDAY: numbered weekdays"),
        ("DTSTART:20261225\nEXDATE:never", "line 5: EXDATE: "),
        ("DTSTART:20261225\nRECURRENCE-ID:20261225", "line 5: RECURRENCE-ID: a moved occurrence"),
        ("DTSTART:20261225\nBEGIN:VALARM", "line 3: the event does not end"),
    ],
)
def test_broken_events_name_line_and_property(lines, message):
    """What cannot be read is refused, never guessed at."""
    with pytest.raises(ValueError, match=f"^{message}"):
        closing_days(file(lines))


@pytest.mark.parametrize(
    ("ics", "message"),
    [
        ("", "line 1: an iCalendar file starts with"),
        ("\x00" * 100, "line 1: "),
        ("<html>", "line 1: "),
        (b"BEGIN:VCALENDAR\xff", "file: not UTF-8"),
        ("BEGIN:VCALENDAR\ud800", "file: not UTF-8"),
        ("BEGIN:VCALENDAR" + " " * MAX_BYTES, "file: larger than"),
        (file(*["DTSTART:20261225"] * 2001), "line 6003: more than 2000 events"),
        (file("DTSTART:20000101\nRRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"), "line 3: more than 20000 days"),
    ],
)
def test_files_that_are_none_or_too_much(ics, message):
    """Empty, binary, another format, huge, or more days than any calendar needs."""
    with pytest.raises(ValueError, match=f"^{message}"):
        closing_days(ics)


def test_years_out_of_order():
    """The years are checked like everything else."""
    with pytest.raises(ValueError, match=r"^first_year, last_year: "):
        closing_days(file(), 2030, 2020)


@pytest.mark.parametrize(
    "hostile",
    [
        file(*["DTSTART:19000101\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31,-30,-31"] * 1990),
        file("DTSTART:20261225\n" + "BEGIN:X\n" * 80_000),
        file("DTSTART:20261225\nX:" + "a\n " * 300_000),
        file("DTSTART:20261225\nEXDATE:" + ",".join(["20261225"] * 90_000)),
        file("DTSTART;" + ";".join(f"X{n}=1" for n in range(90_000)) + ":20261225"),
        file("DTSTART:20261225\nEXDATE:20261225\n" + "EXDATE:20261225\n" * 50_000),
    ],
)
def test_hostile_files_end_soon(hostile):
    """Whatever fits into a megabyte gives dates or a refusal, not an endless search."""
    assert len(hostile) <= MAX_BYTES
    assert is_dates_or_place(outcome(hostile))


_RULES = st.fixed_dictionaries(
    {},
    optional={
        "INTERVAL": st.integers(1, 4).map(str),
        "COUNT": st.integers(1, 40).map(str),
        "BYMONTH": st.lists(st.integers(1, 12).map(str), min_size=1, max_size=3).map(",".join),
    },
)
_WEEKDAYS = st.sampled_from(["MO", "TH", "SU"])
_NUMBERED = st.tuples(st.sampled_from(["1", "-1", "+4", "-5"]), _WEEKDAYS).map("".join)
_MONTHDAYS = st.integers(-31, 31).filter(bool).map(str)
_DAYS = st.one_of(
    st.just(""),
    st.lists(_MONTHDAYS, min_size=1, max_size=3).map(lambda days: ";BYMONTHDAY=" + ",".join(days)),
    # dateutil takes a plain and a numbered weekday together for "and", RFC 5545 for "or".
    st.lists(_WEEKDAYS, min_size=1, max_size=3).map(lambda days: ";BYDAY=" + ",".join(days)),
    st.lists(_NUMBERED, min_size=1, max_size=3).map(lambda days: ";BYDAY=" + ",".join(days)),
)


@given(_RULES, _DAYS, st.dates(date(1990, 1, 1), date(2020, 12, 31)))
@settings(deadline=None)
def test_yearly_rules_agree_with_dateutil(parts, by_day, start):
    """Interval, count, months, days of the month from both ends, weekdays numbered or not."""
    rule = ";".join(["FREQ=YEARLY", *(f"{name}={value}" for name, value in parts.items())]) + by_day
    found = closing_days(file(f"DTSTART;VALUE=DATE:{start:%Y%m%d}\nRRULE:{rule}"), 1990, 2040)
    expected = rrulestr(rule, dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001 - dateutil's way
    # No further than our own, because dateutil searches until the year 9999 for what never comes again.
    assert found == tuple(at.date() for at in islice(expected, len(found)))


@given(
    st.lists(
        st.sampled_from(["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "STATUS", "BEGIN", "END"]).flatmap(
            lambda name: st.one_of(
                st.text(max_size=30).map(lambda text: f"{name}:{text}"),
                st.text("0123456789TZPDMWH;:=,-+FREQYALUNTIBC", max_size=30).map(lambda text: f"{name}:{text}"),
                st.text(max_size=12).map(lambda text: f"{name};{text}:20261225"),
            )
        ),
        max_size=6,
    )
)
@settings(deadline=None)
def test_nothing_but_dates_or_a_value_error(lines):
    """Whatever stands in the lines, the answer is dates or a refusal that names a place."""
    assert is_dates_or_place(outcome(file("\n".join(["DTSTART:20261225", *lines]), "\n".join(lines))))


def test_a_reading_names_days_and_says_what_it_left_out():
    """Event by event: what can be taken is, with its name; the rest is remarked upon, by line."""
    found = read_closing_days(
        file(
            'SUMMARY;ALTREP="http://x:1":No\\, really\\nclosed\nDTSTART:20261225\nRRULE:FREQ=YEARLY',
            "SUMMARY:Fair\nDTSTART:20261225T090000Z",
            "DTSTART:20261225\nSUMMARY:Boxing\nDTEND:20261227",
            "SUMMARY:Old\nDTSTART:20201225",
            "SUMMARY:Off\nSTATUS:CANCELLED\nDTSTART:20260101",
            "SUMMARY:Bridge\nDTSTART:20271230\nDURATION:P4D",
            "SUMMARY:Never\nDTSTART:20261225\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20271231",
            "SUMMARY:Twice\nDTSTART:20261225\nDTSTART:20261226",
        ),
        2026,
        2027,
    )
    assert [(str(row.day), row.name) for row in found.days] == [
        ("2026-12-25", "No, really closed, Boxing"),
        ("2026-12-26", "Boxing"),
        ("2027-12-25", "No, really closed"),
        ("2027-12-30", "Bridge"),
        ("2027-12-31", "Bridge"),
    ]
    assert [(row.name, row.taken, row.reason.partition(";")[0]) for row in found.remarks] == [
        ("No, really closed", True, "repeats beyond 2027: taken up to then"),
        ("Fair", False, "DTSTART: 2026-12-25 09:00: not a whole day"),
        ("Old", False, "outside 2026–2027"),
        ("Off", False, "cancelled"),
        ("Bridge", True, "2 of its 4 days are outside 2026–2027"),
        ("Never", False, "never takes place"),
        ("Twice", False, "DTSTART: stands twice in one event"),
    ]
    assert found.remarks[1].line == 8


@pytest.mark.parametrize("name", ["\x00\x1b[31m\u202e", "x" * 5_000, "\\", ":" * 500, '"', "\t", "\u0085Noël"])
def test_a_name_is_one_short_line_of_printable_text(name):
    """Whatever the file calls a day, the name can be shown anywhere."""
    (day,) = read_closing_days(file(f"SUMMARY:{name}\nDTSTART:20261225"), 2026, 2026).days
    assert len(day.name) <= 80
    assert day.name.isprintable()


@pytest.mark.parametrize("count", [1, 3])
def test_a_series_that_has_ended_has_no_remark(count):
    """A counted series within the years is taken whole; one that goes on says so."""
    found = read_closing_days(file(f"DTSTART:20261225\nRRULE:FREQ=YEARLY;COUNT={count}"), 2026, 2027)
    assert [row.reason for row in found.remarks] == (["repeats beyond 2027: taken up to then"] if count == 3 else [])


@given(st.binary(max_size=300), st.text(max_size=300))
def test_a_reading_agrees_with_the_strict_one(raw, text):
    """Where the strict reading gives dates, the lenient one gives the same; both refuse the same files."""
    for ics in (raw, text, file(text)):
        strict, lenient = outcome(ics), reading(ics)
        assert is_dates_or_place(strict)
        assert strict == lenient or (isinstance(strict, str) and not isinstance(lenient, str))
