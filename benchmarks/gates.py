"""What all send gates take for one draft, in milliseconds of processor time: alone, and after the grounding check.

The draft quotes one of five passages; the message has 600 characters, or as many as are read at most.
"""

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import process_time

from copilot import grounding
from copilot.autonomy import Autonomy, CategoryAutonomy
from copilot.autosend import Case, decide
from copilot.courtesy import phrases
from copilot.envelopes import Envelope
from copilot.risks import LONGEST_READ

ROUNDS = 60
SENTENCES = (
    "You have 30 days from delivery to send anything back, as long as it was not worn outside.",
    "Once your parcel reaches our warehouse, we check it within 3 working days.",
    "We then refund the amount to the card that you paid with.",
    "Your bank usually shows the refund 5 to 7 days later.",
)
PASSAGE = " ".join(SENTENCES)
SOURCES = [(f"p{place}", f"{PASSAGE} This is part {place} of the article about returns.") for place in range(5)]
BODY = "\n\n".join(("Hello,", "Thank you for your message.", PASSAGE, "Kind regards,\nThe support team"))
QUESTION = "When do I get my refund? I sent the shoes back two weeks ago and see nothing on my card. "


def main() -> None:
    """Print a table."""
    print(f"{'message':>10} {'gates p50':>10} {'p99':>7} {'with grounding p50':>20} {'p99':>7}")
    for length in (600, LONGEST_READ):
        asked = (QUESTION * (length // len(QUESTION) + 1))[:length]
        ready = case(asked)
        alone = timed(lambda ready=ready: decide(ready))
        both = timed(lambda ready=ready: decide(replace(ready, findings=checked())))
        print(f"{length:>10,} {alone[0]:>10.2f} {alone[1]:>7.2f} {both[0]:>20.2f} {both[1]:>7.2f}", flush=True)


def checked() -> grounding.Findings:
    """The draft against its passages."""
    return grounding.check(BODY, SOURCES, phrases("en", "Kim Doe", "The support team"))


def case(asked: str) -> Case:
    """A draft that every gate lets pass."""
    return Case(
        autonomy=Autonomy(categories={"refund": CategoryAutonomy("refund", "auto", 0.8)}, canaries=("Blue-Heron-42",)),
        category="refund",
        confidence=0.9,
        in_scope=True,
        answerable=0.9,
        ticket_language="en",
        draft_language="en",
        findings=checked(),
        sentiment="neutral",
        signals=frozenset(),
        questions=("When do I get my refund?",),
        forbidden_by=None,
        writer_problem=None,
        sources_are_public=True,
        ticket_id=1,
        auto_replies=(),
        answered_automatically_before=False,
        is_fresh=True,
        body=BODY,
        planted=("ref-1f0c9a77deadbeef",),
        channel="api",
        requester="kim@example.com",
        envelopes=(Envelope(),),
        segment=None,
        customer_text=asked,
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """The median and the 99th percentile."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        times.append((process_time() - start) * 1000)
    return median(times), sorted(times)[int(len(times) * 0.99)]


if __name__ == "__main__":
    main()
