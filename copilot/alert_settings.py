"""What a policy wants done when time runs short, and whom e-mail about it goes to; checked when it is entered.

The rules themselves are read by `sla.alert_rules`. Refuses to know how anything is sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sla.alerts import AlertRule, Notify, Way, parse_policy_alerts

MOST_RECIPIENTS = 20
# ASCII without quotes, comments or control characters: what may stand in a header as it is
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class PolicyAlerts:
    """A policy's alert rules and the addresses of those who are told by e-mail."""

    rules: tuple[AlertRule, ...] = ()
    recipients: tuple[str, ...] = ()


def parse_alert_settings(document: Any) -> Mapping[str, PolicyAlerts]:
    """By the policy's name, from a whole policies document that `parse_policies` has accepted.

    Beside `alerts`, a policy may have `alert_recipients`, a list of e-mail addresses. ValueError names the path.
    """
    rules = parse_policy_alerts(document)
    found = {}
    for index, row in enumerate(document["policies"]):
        recipients = _recipients(row.get("alert_recipients", []), f"policies[{index}].alert_recipients")
        alerts = PolicyAlerts(rules[row["name"]], recipients)
        if not recipients and any(Notify(Way.EMAIL) in rule.actions for rule in alerts.rules):
            raise ValueError(f"policies[{index}].alert_recipients: an alert goes by e-mail, but to nobody")
        found[row["name"]] = alerts
    return found


def _recipients(value: Any, path: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{path}: expected a list")
    if len(value) > MOST_RECIPIENTS:
        raise ValueError(f"{path}: more than {MOST_RECIPIENTS} entries")
    for index, item in enumerate(value):
        if not isinstance(item, str) or not ADDRESS.fullmatch(item):
            raise ValueError(f"{path}[{index}]: {str(item)[:60]!r} is not an e-mail address")
    return tuple(dict.fromkeys(value))
