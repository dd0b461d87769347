"""How rankings are compared."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot import reserve_curve
from copilot.cli.main import main
from copilot.evals.queue import BOUND, as_rows, bound, evaluate_queue, measure, simulate
from copilot.evals.queue_rankers import RANKERS, ByKey, MooreHodgson, Ours, by_reserve
from copilot.evals.queue_scenario import AGENTS, DAY, HOUR, SHAPES, WARM_UP, Scenario, scenario
from copilot.evals.reserve import simulate as simulate_reserve
from copilot.evals.reserve import write
from sla.ranking import QueueItem, rank

KEYS = {"kept", "kept_weighted", "p95_late_hours", "max_wait_hours"}


def of_rows(rows):
    """A scenario from (received, due, handling) in minutes after the warm-up."""
    received, due, handling = (np.array(column, dtype=float) * 60 for column in zip(*rows, strict=True))
    ones = np.ones(len(rows))
    return Scenario(received + WARM_UP, due + WARM_UP, ones, ones, handling, handling)


def test_the_figures():
    """Every ranker and the bound have four figures for every load, and progress is told."""
    steps = []
    figures = evaluate_queue([0.5, 1.3], 2, lambda *step: steps.append(step), days=3)
    assert set(figures) == {*RANKERS, BOUND}
    assert all(set(loads) == {"0.5", "1.3"} for loads in figures.values())
    assert all(set(row) == KEYS for loads in figures.values() for row in loads.values())
    assert steps[-1] == (4 * len(RANKERS), 4 * len(RANKERS))
    assert len(as_rows(figures)) == 1 + 2 * len(figures)


def test_no_ranker_passes_the_bound():
    """The bound is at or above everything that was reached, in each figure that it bounds."""
    figures = evaluate_queue([0.9, 1.3], 2, days=4)
    for load in ("0.9", "1.3"):
        for name in RANKERS:
            assert figures[name][load]["kept"] <= figures[BOUND][load]["kept"] + 1e-9
            assert figures[name][load]["kept_weighted"] <= figures[BOUND][load]["kept_weighted"] + 1e-9


def test_the_same_days_for_everyone():
    """The same load and seed give the same tickets; another seed gives others."""
    first, again, other = scenario(1.0, 0), scenario(1.0, 0), scenario(1.0, 1)
    assert np.array_equal(first.received, again.received)
    assert not np.array_equal(first.received[:50], other.received[:50])
    assert 0.9 < first.handling.sum() / (AGENTS * 10 * 86400) < 1.1


def test_work_begins_when_an_agent_is_free():
    """Six tickets at once and five agents: the sixth waits for the first to be done."""
    days = of_rows([(0, 60, 10)] * 5 + [(0, 60, 20)])
    begins, ends = simulate(days, ByKey(days.received))
    assert sorted((begins - WARM_UP) / 60) == [0, 0, 0, 0, 0, 10]
    assert (ends - begins).tolist() == days.handling.tolist()
    assert measure(days, begins, ends)["kept"] == 1


def test_what_is_missed_is_measured():
    """One of two is an hour late."""
    days = of_rows([(0, 60, 10), (0, 60, 120)])
    row = measure(days, *simulate(days, ByKey(days.received)))
    assert row == {"kept": 0.5, "kept_weighted": 0.5, "p95_late_hours": 1, "max_wait_hours": 0}
    assert bound(days)["kept"] == 0.5


tickets = st.lists(
    st.tuples(st.integers(0, 600), st.integers(30, 900), st.sampled_from([3, 10, 30])), min_size=1, max_size=60
)


@settings(deadline=None)
@given(tickets, st.integers(0, 1200))
def test_ours_picks_what_rank_puts_first(rows, minute):
    """The ranker measured is the ranking that the service uses."""
    days = of_rows([(0, due, handling) for _, due, handling in rows])
    ours, now = Ours(days), WARM_UP + minute * 60
    for ticket in range(len(rows)):
        ours.add(ticket)
    items = [
        QueueItem(f"{k:02}", at(days.received[k]), at(days.due[k]), 1.0, timedelta(seconds=days.expected[k]))
        for k in range(len(rows))
    ]
    first, picked = rank(items, at(now), AGENTS)[0], ours.pick(now)
    assert (days.due[picked], days.expected[picked]) == (
        first.due_at.timestamp(), first.expected_handling.total_seconds()
    )  # fmt: skip


def at(seconds):
    """The instant so long after 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def test_the_reserve_is_a_trade():
    """The rows say the reserve; the larger one keeps fewer promises in overload and is late by less."""
    figures = evaluate_queue([2.0], 1, rankers=by_reserve([0.005, 0.3]), days=3)
    assert set(figures) == {"ours, reserve 0.5%", "ours, reserve 30.0%", BOUND}
    small, large = (figures[f"ours, reserve {share}%"]["2.0"] for share in ("0.5", "30.0"))
    assert small["kept"] > large["kept"]
    assert small["p95_late_hours"] > large["p95_late_hours"]


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_has_its_load(name):
    """Whatever the shape, the work is about that of the load asked for, and no ticket is due before it comes."""
    of = scenario(1.0, 0, 3, SHAPES[name])
    assert 0.6 < of.handling.sum() / (of.agents * 3 * DAY) < 1.4
    assert (of.due > of.received).all()
    assert (np.diff(of.received) >= 0).all()


def test_the_shapes_differ_as_they_say():
    """Bursts come at six and eighteen o'clock; all that is due at midnight leaves six hours or more."""
    burst = scenario(1.0, 0, 3, SHAPES["bursts"]).received % (DAY / 2)
    assert ((burst > 6 * HOUR) & (burst < 6.5 * HOUR)).mean() > 0.4
    midnight = scenario(1.0, 0, 3, SHAPES["all due at midnight"])
    assert (midnight.due % DAY == 0).all()
    assert ((midnight.due - midnight.received) >= 6 * HOUR).all()
    assert set(scenario(1.0, 0, 3, SHAPES["one priority"]).urgency) == {2.0}


def test_more_agents_share_the_same_load():
    """With one agent all work lies behind each other; no ranker takes them for five."""
    one = scenario(0.5, 0, 2, SHAPES["one agent"])
    begins, ends = simulate(one, MooreHodgson(one))
    order = np.argsort(begins)
    assert (begins[order][1:] >= ends[order][:-1]).all()


def test_the_command_prints_the_trade():
    """A row of figures for each reserve and load, also as JSON; what is no share or no shape is refused."""
    words = ["eval", "queue", "--utilisation", "0.1", "--seeds", "1", "--reserves", "0.01,0.1"]
    result = CliRunner().invoke(main, [*words, "--json"])
    figures = json.loads(result.stdout)
    assert set(figures) == {"ours, reserve 1.0%", "ours, reserve 10.0%", BOUND}
    assert set(figures["ours, reserve 1.0%"]["0.1"]) == KEYS
    assert "ours, reserve 10.0%" in CliRunner().invoke(main, words).stdout
    assert CliRunner().invoke(main, [*words[:-1], "two"]).exit_code != 0
    assert CliRunner().invoke(main, [*words[:-1], "2"]).exit_code != 0
    assert CliRunner().invoke(main, [*words, "--shape", "round"]).exit_code != 0


def test_the_trade_of_the_page_is_written_for_it(tmp_path):
    """A simulation of the page's curve can be read back, and says what it was made of."""
    document = simulate_reserve(1, "one agent", reserves=(0.01, 0.2), loads=(0.5, 1.5), days=3)
    path = tmp_path / "new" / reserve_curve.NAME
    write(document, path)
    curve = reserve_curve.read(path.parent)
    assert (curve.shipped, curve.shape, curve.agents, curve.days, curve.seeds) == (False, "one agent", 1, 3, 1)
    assert [[point.reserve for point in points] for points in curve.loads.values()] == [[0.01, 0.2]] * 2
    assert curve.loads[0.5][0].kept > curve.loads[1.5][0].kept
    assert list(path.parent.iterdir()) == [path]


def test_the_command_writes_into_the_data_folder(tmp_path, monkeypatch):
    """Without an output the page of this house finds it; a shape that is not known writes nothing."""
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("copilot.evals.reserve.simulate", partial(simulate_reserve, loads=(0.1,), days=3))
    assert CliRunner().invoke(main, ["eval", "reserve", "--shape", "round"]).exit_code != 0
    assert list(tmp_path.iterdir()) == []
    assert CliRunner().invoke(main, ["eval", "reserve", "--seeds", "1"]).exit_code == 0
    assert not reserve_curve.read(tmp_path).shipped


@pytest.mark.parametrize("reserve", [0.0, 1.1, -0.1, float("nan")])
def test_a_reserve_is_a_share(reserve):
    """Anything else is refused."""
    with pytest.raises(ValueError, match=r"^reserves: "):
        by_reserve([reserve])


def test_a_shape_that_is_not_known():
    """It is refused with the names of those that are."""
    with pytest.raises(ValueError, match=r"^shape: expected one of usual, "):
        evaluate_queue([1.0], 1, shape="round")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [(([], 1), "utilisations"), (([1.0], 0), "seeds"), (([0.0], 1), "load"), (([9.0], 1), "load")],
)
def test_calls_that_make_no_sense(arguments, field):
    """Each nonsense is refused by its name."""
    with pytest.raises(ValueError, match=f"^{field}: "):
        evaluate_queue(*arguments)
