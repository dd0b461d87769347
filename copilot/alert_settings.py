"""Whom a policy's alerts go to by e-mail; checked when it is entered. The alerts themselves are the policy's own."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sla.alerts import Notify, Way
from sla.policies import Policy

MOST_RECIPIENTS = 20
# ASCII without quotes, comments or control characters: what may stand in a header as it is
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


def parse_recipients(document: Any, policies: Sequence[Policy]) -> Mapping[str, tuple[str, ...]]:
    """The addresses in each policy's `alert_recipients`, by its name, from the document that gave these policies.

    ValueError names the path, also when an alert goes by e-mail and there is nobody to get it.
    """
    found = {}
    for index, (row, policy) in enumerate(zip(document["policies"], policies, strict=True)):
        path = f"policies[{index}].alert_recipients"
        recipients = _recipients(row.get("alert_recipients", []), path)
        if not recipients and any(Notify(Way.EMAIL) in rule.actions for rule in policy.alerts):
            raise ValueError(f"{path}: an alert goes by e-mail, but to nobody")
        found[policy.name] = recipients
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
