"""English."""

from sla.policies import Metric, Priority, Sender, Status
from sla.wording.phrases import Formats, Phrases, PromisePhrases, TimerPhrases

_PRIORITIES = {
    Priority.URGENT: "urgent",
    Priority.HIGH: "high",
    Priority.NORMAL: "normal",
    Priority.LOW: "low",
}

ENGLISH = Phrases(
    formats=Formats(
        locale="en_GB",
        quotes=("“", "”"),
        colon=": ",
        semicolon="; ",
        units=("h", "m", "s"),
        short_weekday="EEE",
        short_day="EEE d MMM",
        day="d MMMM",
        day_and_year="d MMMM y",
        weekday_and_day="EEEE d MMMM y",
        moment="{day} {time}",
        long_moment="{day} at {time}",
        days="{first} to {last}",
        always="around the clock",
        closed="closed",
    ),
    promise=PromisePhrases(
        metrics={
            Metric.FIRST_RESPONSE: "the first response",
            Metric.NEXT_RESPONSE: "the answers to later messages",
            Metric.RESOLUTION: "the resolution",
        },
        priorities=_PRIORITIES,
        channels={
            "api": "our programming interface",
            "chat": "chat",
            "email": "e-mail",
            "form": "our contact form",
            "phone": "phone",
            "web": "our website",
        },
        everyone="This promise holds for every request that none of our other promises covers.",
        scope="This promise holds for requests {conditions}.",
        scope_of_several="This promise holds for requests to which all of this applies: {conditions}.",
        conditions={
            "priority": "of {values} priority",
            "category": "about {values}",
            "channel": "received through {values}",
            "segment": "from customers in the group {values}",
            "organisation": "from the organisation {values}",
            "language": "written in {values}",
            "tag": "marked with {values}",
        },
        leads={
            Metric.FIRST_RESPONSE: "You receive our first response",
            Metric.NEXT_RESPONSE: "You receive our answer to each later message",
            Metric.RESOLUTION: "We resolve your request",
        },
        target="{lead} within {duration}, whatever the priority.",
        targets="{lead} {targets}.",
        within="within {duration} at {priorities} priority",
        no_target="We promise no time for {metrics}.",
        no_target_at="At {priorities} priority, we promise no time for {metrics}.",
        nothing_promised="For these requests we promise no times.",
        starts="The time for {metrics} starts when your first message reaches us.",
        starts_again=(
            "The time for {metrics} starts with each message that you send after our reply; if you send several in a "
            "row, it runs from the earliest that is still unanswered."
        ),
        counts="A reply counts {senders}.",
        sender={
            Sender.PERSON: "if a member of our team wrote it",
            Sender.APPROVED: "if our automatic assistant drafted it and a member of our team approved it",
            Sender.AUTO: "if our automatic assistant wrote and sent it by itself",
        },
        never_counts=(
            "Nothing else counts: no acknowledgement of receipt, no internal note, and no reply that was not "
            "delivered to you."
        ),
        resolved=(
            "Your request is resolved when we mark it as solved; if it is reopened, the time already used still counts."
        ),
        always="The time runs around the clock, every day of the year.",
        hours="Only our opening hours count: {week}.",
        special="On these days we keep other hours: {days}.",
        closing="In {year} we are closed on these days: {days}.",
        public_holidays="We are closed on the public holidays of this country or region: {country}.",
        zone="These hours and days hold in your own time zone if we know it, and otherwise in this one: {zone}.",
        pauses="The time for {metrics} stands still {states}.",
        pausing={
            Status.NEW: "while nobody has taken on your request",
            Status.OPEN: "while we are working on your request",
            Status.PENDING: "while we are waiting for your answer",
            Status.ON_HOLD: "while your request is on hold because we are waiting for someone else",
        },
        no_pause="No waiting, on your side or on ours, pauses the time for {metrics}.",
        exceptions={
            "several": "If several of our promises fit a request, the first in our list holds.",
            "priority": (
                "If the priority of your request changes, the new time applies, and the time already used still counts."
            ),
            "agent": "If we open a request ourselves, no time runs until you write to us.",
            "merged": "If requests are merged into one, the earliest start holds for each time that is running.",
            "spam": "Nothing is promised for spam and for deleted requests.",
            "version": (
                "If we change this promise, requests that you have already sent keep the old one, unless we expressly "
                "apply the change to open requests."
            ),
        },
    ),
    timer=TimerPhrases(
        metrics={
            Metric.FIRST_RESPONSE: "First response",
            Metric.NEXT_RESPONSE: "Next response",
            Metric.RESOLUTION: "Resolution",
        },
        statuses={status: status.value for status in Status},
        priorities=_PRIORITIES,
        sentence="{metric} {verdict}: {elapsed} of {target} used since {since}",
        running="due {at}",
        met="kept {at}, due {due}",
        broken="broken {at}, done {done}{why}",
        owed="broken {at} and still owed{why}",
        paused="paused{why}, nothing falls due",
        cancelled="cancelled {at}{why}",
        closed="closed {span}",
        gap_paused="paused ({why}) {span}",
        breaks=("{count} earlier break", "{count} earlier breaks"),
        reasons={
            "status": "status {status}",
            "used_up": "its {target} were used up",
            "already": "already past its target of {target} when {cause}",
            "priority": "the priority became {priority}",
            "policy": "the policy became {policy}",
            "reopened": "it was reopened",
            "merged": "another ticket was merged into this one",
            "merged_into": "merged into ticket {ticket}",
            "broken_before": "it was broken before its ticket was merged into this one",
            "resolved": "resolved",
            "spam": "spam",
            "deleted": "deleted",
        },
        notice={
            Metric.FIRST_RESPONSE: (
                "We promised you a first response by {due}. We are sorry that we cannot keep this; we now expect to "
                "answer by {expected} (time zone: {zone})."
            ),
            Metric.NEXT_RESPONSE: (
                "We promised you an answer by {due}. We are sorry that we cannot keep this; we now expect to answer "
                "by {expected} (time zone: {zone})."
            ),
            Metric.RESOLUTION: (
                "We promised to resolve your request by {due}. We are sorry that we cannot keep this; we now expect "
                "to have resolved it by {expected} (time zone: {zone})."
            ),
        },
    ),
)
