"""The `alerts` of a policy: what may be written, and how mistakes are named."""

import pytest

from sla.alerts import (
    AlertRule,
    AssignAgent,
    AssignTeam,
    Notify,
    RaisePriority,
    Way,
    actions_at,
    parse_alerts,
    shares_of,
)
from sla.policies import Metric
from tests.sla.builders import policy

RULE = {
    "metric": "first_response",
    "at": 0.75,
    "actions": [{"notify": "in_app"}, {"raise_priority": 1}, {"assign_team": "senior"}, {"assign_agent": "Ada"}],
}


def test_a_rule():
    """A metric, a share and what to do then."""
    actions = (Notify(Way.IN_APP), RaisePriority(1), AssignTeam("senior"), AssignAgent("Ada"))
    assert parse_alerts([RULE]) == (AlertRule(Metric.FIRST_RESPONSE, 0.75, actions),)
    assert parse_alerts([]) == ()


def test_rules_add_up():
    """The shares of each metric, without the breach, and what is to be done at each, once."""
    breach = {"metric": "resolution", "at": 1, "actions": [{"notify": "webhook"}]}
    again = {"metric": "first_response", "at": 0.75, "actions": [{"notify": "email"}, {"notify": "in_app"}]}
    rules = parse_alerts([RULE, breach, again, again | {"at": 0.5}])
    assert shares_of(rules) == {Metric.FIRST_RESPONSE: (0.5, 0.75), Metric.NEXT_RESPONSE: (), Metric.RESOLUTION: ()}
    assert actions_at(rules, Metric.RESOLUTION, 1.0) == (Notify(Way.WEBHOOK),)
    assert actions_at(rules, Metric.FIRST_RESPONSE, 0.75)[-1] == Notify(Way.EMAIL)
    assert len(actions_at(rules, Metric.FIRST_RESPONSE, 0.75)) == 5
    assert actions_at(rules, Metric.RESOLUTION, 0.75) == ()


def test_rules_of_a_policy():
    """They are read with the policy, whose every version keeps its own, and mistakes are named with its path."""
    assert policy(alerts=[RULE]).alerts == parse_alerts([RULE])
    assert policy().alerts == ()
    with pytest.raises(ValueError, match=r"^policies\[0\]\.alerts\[0\]\.at: "):
        policy(alerts=[RULE | {"at": 2}])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"metric": "lateness"}, r"alerts\[0\]\.metric: 'lateness'"),
        ({"metric": []}, r"alerts\[0\]\.metric: "),
        ({"at": 0}, r"alerts\[0\]\.at: "),
        ({"at": 1.01}, r"alerts\[0\]\.at: "),
        ({"at": float("nan")}, r"alerts\[0\]\.at: "),
        ({"at": True}, r"alerts\[0\]\.at: "),
        ({"at": "75%"}, r"alerts\[0\]\.at: "),
        ({"actions": []}, r"alerts\[0\]\.actions: nothing"),
        ({"actions": None}, r"alerts\[0\]\.actions: expected a list"),
        ({"actions": [{"notify": "in_app"}] * 21}, r"alerts\[0\]\.actions: more than 20"),
        ({"actions": [{"notify": "pager"}]}, r"alerts\[0\]\.actions\[0\]\.notify: 'pager'"),
        ({"actions": [{"raise_priority": 0}]}, r"alerts\[0\]\.actions\[0\]\.raise_priority: "),
        ({"actions": [{"raise_priority": True}]}, r"alerts\[0\]\.actions\[0\]\.raise_priority: "),
        ({"actions": [{"assign_team": " "}]}, r"alerts\[0\]\.actions\[0\]\.assign_team: "),
        ({"actions": [{"assign_agent": 7}]}, r"alerts\[0\]\.actions\[0\]\.assign_agent: "),
        ({"actions": [{"notify": "email"}, {}]}, r"alerts\[0\]\.actions\[1\]: expected exactly one"),
        ({"actions": [{"notify": "email", "assign_team": "a"}]}, r"alerts\[0\]\.actions\[0\]: expected exactly one"),
        ({"actions": [{"explode": 1}]}, r"alerts\[0\]\.actions\[0\]\.explode: unknown key"),
        ({"when": {}}, r"alerts\[0\]\.when: unknown key"),
    ],
)
def test_mistakes_are_named(change, path):
    """Every nonsense is refused with its path."""
    with pytest.raises(ValueError, match=f"^{path}"):
        parse_alerts([RULE | change])


@pytest.mark.parametrize("value", [None, 3, "first_response", {"metric": "resolution"}, ["x"], [RULE] * 101])
def test_no_list_of_rules(value):
    """Anything but a list of at most a hundred objects is refused."""
    with pytest.raises(ValueError, match=r"^alerts"):
        parse_alerts(value)
