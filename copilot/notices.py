"""Honest word to the customer: when a promise is going to be missed, when to expect the answer instead.

Off until an admin turns it on and has approved a template for the customer's language; at most one notice a timer; never
counted as a response. The expected answer follows from the ranked queue: a ticket in place n is answered once the
agents, side by side, have spent the usual handling time on it and on the n - 1 before it, in the opening hours of its
policy. Tickets that have not come yet are not foreseen, so the time told is the soonest that is realistic.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from copilot import promises, queue
from copilot.channels.transport import OutgoingReply, Transport
from copilot.configuration import ConfigurationCache
from copilot.organisations import timezone_of
from copilot.promises import PromiseBook
from copilot.store import journal, notifications, tickets
from copilot.store.notifications import CUSTOMER
from copilot.store.session import Database, Session
from copilot.store.tables import Message, Notification, Ticket
from copilot.timesource import TimeSource
from sla.alerts import MissNotice, notice_text, will_miss
from sla.policies import Metric
from sla.timers import write_instant

EVERY = timedelta(seconds=30)
BATCH = 50
RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
