"""Render every page with sample data into a folder, to look at them without a running service.

python scripts/preview_pages.py OUT [--serve PORT]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from copilot.web import wording  # noqa: E402 - the path has to be set first
from copilot.web.admin_views import (  # noqa: E402
    AccessView,
    AdminView,
    ArticleForm,
    ArticleItem,
    ArticlesView,
    CalendarView,
    CategoryRowView,
    FieldError,
    Figure,
    KeyItem,
    PolicyView,
    PromisesView,
    RulesView,
    RuleView,
    TargetRow,
    UserItem,
)
from copilot.web.markdown import article_html  # noqa: E402
from copilot.web.templating import render  # noqa: E402
from copilot.web.views import (  # noqa: E402
    ArticleDrawer,
    Choice,
    CitationView,
    DeliveryView,
    DraftView,
    DueView,
    FoundPassage,
    Frame,
    GateView,
    Guess,
    MessageView,
    Problem,
    QueueFilter,
    QueuePage,
    QueueRow,
    SearchView,
    SegmentView,
    SentenceView,
    TicketView,
    TimerView,
    TriageView,
    UserView,
)

NOW = datetime.now(UTC).replace(microsecond=0)
ADMIN = UserView("Ines Marchand", "ines@kerbstone.example", is_admin=True)
FRAME = Frame(ADMIN, "token", NOW)
CATEGORIES = ("Refunds", "Delivery", "Returns", "Payment", "Account", "Product questions", "Something else")
RETURNS = """# Returning something you bought

You have 30 days from delivery to send anything back, for any reason, as long as it was not worn outside.

## How the refund works

Once your parcel reaches our warehouse, we check it within **3 working days**. We then refund the amount to the card you
paid with. Your bank usually shows it 5 to 7 days later.

If you have not seen the refund 14 days after we received the parcel, write to us with your order number and we will
trace the payment.

## What cannot come back

- Gift cards
- Shoes made to your measure
"""
QUOTE = "Once your parcel reaches our warehouse, we check it within 3 working days."


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def soon(**span: float) -> datetime:
    return NOW + timedelta(**span)


def choices(labels: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in labels.items())


def row(number: int, customer: str, subject: str, snippet: str, **more: Any) -> QueueRow:
    facts: dict[str, Any] = {"priority": "normal", "category": "Delivery", "sentiment": "neutral", **more}
    due = facts.pop("due", DueView("running", "First response", soon(hours=number)))
    return QueueRow(400 + number, number, customer, subject, snippet, due=due, **facts)


ROWS = (
    row(
        1,
        "Maria Keller",
        "Where is my refund for order 4471?",
        "I sent the shoes back two weeks ago and still see nothing on my card. This is the second time I write.",
        priority="urgent",
        category="Refunds",
        sentiment="very negative",
        segment="vip",
        due=DueView("running", "First response", soon(minutes=7, seconds=12)),
        why="First response due in 7 min, and a VIP’s promise weighs most. It can still be kept.",
        draft="ready",
        selected=True,
    ),
    row(
        2,
        "Tomás Ferreira",
        "Charged twice",
        "Hello, my bank shows two payments of 89,90 € for one order. Please fix this today.",
        priority="high",
        category="Payment",
        sentiment="negative",
        due=DueView("running", "First response", soon(minutes=24)),
        why="High priority, due in 24 min; about 6 min of work.",
        draft="ready",
    ),
    row(
        3,
        "Aiko Tanaka",
        "Can I change the delivery address?",
        "The parcel has not left yet according to the tracking page, and we are moving on Friday.",
        due=DueView("running", "Next response", soon(minutes=58)),
        why="Due in 58 min; quick to answer.",
        draft="ready",
    ),
    row(
        4,
        "Jonas Lindqvist",
        "Boots arrived with a torn seam",
        "See the photos. I need them for a trip on Monday, so a replacement would have to be quick.",
        priority="high",
        category="Returns",
        sentiment="negative",
        due=DueView("running", "First response", soon(hours=2, minutes=5)),
        why="High priority, due in 2 h 5 min.",
        draft="writing",
    ),
    row(
        5,
        "Chloé Bernard",
        "Facture pour ma commande",
        "Bonjour, pourriez-vous m’envoyer la facture de la commande 5120 au nom de mon entreprise ?",
        category="Account",
        sentiment="positive",
        due=DueView("running", "First response", soon(hours=3)),
        why="Normal priority, due in 3 h.",
        draft="ready",
    ),
    row(
        6,
        "samir@northquay.example",
        "Do the trail shoes run small?",
        "Usually a 43 in other brands.",
        priority="low",
        category="Product questions",
        due=DueView("paused", "Paused: waiting on the customer"),
        why="Its clock stands still while it waits on the customer.",
        draft="none",
    ),
    row(
        7,
        "Greta Olsson",
        "Missing item in parcel",
        "The laces I ordered with the boots were not in the box.",
        due=DueView("breached", "First response", ago(minutes=41)),
        why="Late by 41 min: nothing done now makes this promise kept, so it waits behind those that can be.",
        draft="ready",
    ),
)
FILTERS = (
    QueueFilter("all", "All", 24, active=True),
    QueueFilter("soon", "Due soon", 2),
    QueueFilter("late", "Late", 1),
    QueueFilter("draft", "Draft ready", 11),
)
QUEUE = QueuePage(ROWS, 24, FILTERS, selected_id=401)

MESSAGES = (
    MessageView(
        "1",
        "inbound",
        "Maria Keller",
        ago(days=2, hours=3),
        "Hello,\n\nI returned the brown Chelsea boots from order 4471 on the 9th. The tracking says you have them. "
        "When do I get my money back?\n\nMaria",
    ),
    MessageView(
        "2",
        "outbound",
        "Kerbstone",
        ago(days=2, hours=2, minutes=58),
        "Hello Maria,\n\nThank you for your message. Once your parcel reaches our warehouse, we check it within 3 "
        "working days.\n\nKind regards\nThe Kerbstone team",
        auto_sent=True,
        delivery=DeliveryView("delivered", "Delivered"),
    ),
    MessageView(
        "3",
        "note",
        "Ines Marchand",
        ago(days=1, hours=20),
        "Parcel was scanned on Tuesday. Payment team says the refund was queued but not sent.",
    ),
    MessageView(
        "4",
        "inbound",
        "Maria Keller",
        ago(minutes=52),
        "That was more than a week ago and still nothing. This is the second time I write, and I am getting really "
        "angry. If this is not settled this week I will cancel my account and dispute the payment.\n\n"
        "<script>alert('hello')</script>\nhttps://parcel.example/track/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ),
    MessageView(
        "5",
        "outbound",
        "Ines Marchand",
        ago(minutes=3),
        "Hello Maria, I am looking into this with our payment team right now.",
        delivery=DeliveryView(
            "uncertain", "Delivery uncertain", 9, "The mail server took the message and hung up before it confirmed."
        ),
    ),
)
GATES = (
    GateView("kill_switch", "Auto-sending is on", True, "No admin has stopped it."),
    GateView("mode", "Category may send", False, "“Refunds” is set to suggest only."),
    GateView("risk", "No special risk", False, "The customer speaks of a payment dispute and of leaving."),
    GateView("confidence", "Confident enough", True, "86 % is above the 82 % needed."),
    GateView("grounded", "Every sentence sourced", True, "4 of 4 sentences come from the cited passages."),
    GateView("facts", "Every fact sourced", True, "2 numbers, all found in the cited passages."),
    GateView("recipient", "Right recipient", True, "It goes to Maria Keller alone."),
    GateView("loop", "Not replying in a loop", True, "Nothing was sent automatically in the last 24 h."),
)
DRAFT = DraftView(
    77,
    "Hello Maria,\n\nI am sorry that you had to write twice.\n\nOnce your parcel reaches our warehouse, we check it "
    "within 3 working days. We then refund the amount to the card you paid with. If you have not seen the refund 14 "
    "days after we received the parcel, write to us with your order number and we will trace the payment.\n\n"
    "Kind regards\nThe Kerbstone team",
    "open",
    "Quoted from your articles",
    86,
    True,
    (
        CitationView(1, "returns", "Returning something you bought", "p1", QUOTE),
        CitationView(2, "refund-time", "When refunds arrive", "p2", "Your bank usually shows it 5 to 7 days later."),
    ),
    GATES,
    (
        SentenceView("Hello Maria,", "courtesy"),
        SentenceView(
            "I am sorry that you had to write twice.", "none", ("no source says this",), None, None, None, None
        ),
        SentenceView(
            "Once your parcel reaches our warehouse, we check it within 3 working days.",
            "quoted",
            (),
            "Once your parcel reaches our warehouse, we check it within 3 working days.",
            "p1",
            "returns",
            "Returning something you bought",
        ),
        SentenceView(
            "We refund the amount to the card you paid with.",
            "aligned",
            (),
            "We then refund the amount to the card you paid with.",
            "p1",
            "returns",
            "Returning something you bought",
        ),
        SentenceView(
            "If you have not seen the refund 14 days after we received the parcel, write to us.",
            "none",
            ("“14 days” is not in the source sentence, which says “10 days”",),
            "If you have not seen the refund 10 days after we received the parcel, write to us.",
            "p1",
            "returns",
            "Returning something you bought",
        ),
    ),
    left_open=("Do you also repair zips, and what does it cost?",),
)
TRIAGE = TriageView(
    Guess("Refunds", 94),
    (Guess("Returns", 4), Guess("Payment", 1)),
    True,
    "very negative",
    "en",
    "urgent",
    ("Raised to urgent by the rule “Angry VIP”", "Second contact about the same order"),
    choices({name.lower(): name for name in CATEGORIES}, "refunds"),
    choices(wording.PRIORITIES, "urgent"),
    tags=("escalation", "refund-late"),
    team="Payments",
)
SEGMENTS = (
    SegmentView("counted", ago(days=2, hours=3), ago(days=2), "3 h", "Open hours", 0, 30),
    SegmentView("closed", ago(days=2), ago(days=1, hours=9), "15 h", "Closed overnight", 30, 30),
    SegmentView("paused", ago(days=1, hours=9), ago(hours=2), "7 h", "Waiting on the customer", 60, 25),
    SegmentView("counted", ago(hours=2), NOW, "2 h", "Open hours", 85, 15),
)
TIMERS = (
    TimerView(
        "Next response",
        DueView("running", "Next response", soon(minutes=7, seconds=12)),
        "53 min",
        "Promised within 1 h to VIP customers; the team’s goal is 45 min.",
        SEGMENTS[3:],
    ),
    TimerView(
        "Resolution",
        DueView("running", "Resolution", soon(hours=19)),
        "5 h",
        "Promised within 24 open hours; stands still while we wait on the customer.",
        SEGMENTS,
    ),
    TimerView("First response", DueView("met", "Kept"), "2 min", "Kept: answered after 2 min of 1 h.", ()),
)
TICKET = TicketView(
    401,
    "Where is my refund for order 4471?",
    "Maria Keller",
    "maria.keller@mail.example",
    "VIP",
    "E-mail",
    "open",
    choices(wording.STATUSES, "open"),
    MESSAGES,
    TRIAGE,
    TIMERS,
    "VIP",
    DRAFT,
)
HELD_FREE = replace(
    DRAFT,
    writer="Worded by the model",
    calibrated=False,
    sentences=(SentenceView("We will add a 10 € voucher to your account.", "none", ("no source says this",)),),
)


def category(
    name: str, title: str, mode: str, standing: str, threshold: int | None = None, earned: int | None = None
) -> CategoryRowView:
    description = f"Questions about {title.lower()} from customers."
    return CategoryRowView(
        name, title, description, choices(wording.MODES, mode), mode, threshold, 0.02, 0.95, standing, earned
    )


OVERVIEW = AdminView(
    False,
    30,
    (
        category(
            "delivery",
            "Delivery",
            "auto",
            "Earned: 214 of 216 reviewed drafts above 88 % were sent as they were.",
            earned=88,
        ),
        category(
            "refunds", "Refunds", "shadow", "96 verdicts so far. About 53 more, all good, would earn a threshold."
        ),
        category("product", "Product questions", "auto", "Set by hand: no evidence stands behind 80 %.", 80),
        category("payment", "Payment", "suggest", "Drafts go to a person. 12 verdicts so far."),
        category("account", "Account", "off", "No drafts are written."),
    ),
    (
        Figure("Answered automatically today", "31 %", "44 of 142 replies", "good"),
        Figure("Promises kept, 7 days", "96.4 %", "of 1,208 that ended", "good"),
        Figure("Sent as drafted", "78 %", "of 310 approvals"),
        Figure("Delivery uncertain", "1", "needs a look", "warn"),
    ),
)
RULES_TEXT = """[
  {
    "name": "Angry VIP",
    "when": {"segment": ["vip"], "signals": ["angry"]},
    "then": {"set_priority": "urgent", "assign_team": "Payments"}
  }
]"""
RULES = RulesView(
    (
        RuleView("Angry VIP", "When the segment is vip and the customer is angry,", "set the priority to urgent."),
        RuleView("Long wait", "When the wait is longer than 8 h,", "raise the priority by one step."),
        RuleView(
            "Lawyers", "When the words “lawyer” or “court” appear,", "never send automatically, add the tag legal."
        ),
    ),
    RULES_TEXT,
    4,
)
POLICY = PolicyView(
    "VIP",
    "For customers in the segment vip",
    "during the hours of “shop”",
    "Counts as a response: written by a person, approved by a person, or sent automatically.",
    (
        TargetRow("First response", (("1 h", "45 min"), ("2 h", ""), ("4 h", "3 h"), ("8 h", "")), "never"),
        TargetRow("Next response", (("1 h", ""), ("2 h", ""), ("4 h", ""), ("8 h", "")), "never"),
        TargetRow("Resolution", (("8 h", ""), ("16 h", ""), ("24 h", ""), ("40 h", "")), "waiting on customer"),
    ),
)
PROMISES = PromisesView(
    (POLICY, replace(POLICY, name="Everyone else", condition="For all other tickets")),
    (
        CalendarView(
            "shop",
            "Europe/Paris",
            (("Monday – Friday", "09:00–12:30, 13:30–18:00"), ("Saturday", "10:00–16:00"), ("Sunday", "closed")),
            ("25 Dec 2026", "1 Jan 2027"),
            (("24 Dec 2026", "09:00–12:00"),),
        ),
    ),
    RULES_TEXT,
    2,
)
ARTICLES = ArticlesView(
    (
        ArticleItem("returns", "Returning something you bought", "Returns", "en", "public", ago(days=4)),
        ArticleItem("refund-time", "When refunds arrive", "Refunds", "en", "public", ago(hours=3), indexed=False),
        ArticleItem("fraud-checks", "How we check disputed payments", "Payment", "en", "internal", ago(days=40)),
    ),
    3,
)
ARTICLE = ArticleForm(
    "returns", "Returning something you bought", RETURNS, "returns", "en", "public", article_html(RETURNS),
    choices({name.lower(): name for name in CATEGORIES}, "returns"),
)  # fmt: skip
ACCESS = AccessView(
    (
        UserItem(1, "Ines Marchand", "ines@kerbstone.example", "admin", True, is_self=True),
        UserItem(2, "Paul Adeyemi", "paul@kerbstone.example", "agent", True),
        UserItem(3, "Old Account", "old@kerbstone.example", "agent", False),
    ),
    (
        KeyItem(1, "Shop contact form", "intake", ago(days=80), None),
        KeyItem(2, "Old import", "admin", ago(days=90), ago(days=3)),
    ),
    fresh_key="ak_5mY0c0ffeec0ffeec0ffee",
    fresh_name="Reporting",
)
DRAWER = ArticleDrawer(
    "returns",
    "Returning something you bought",
    "public",
    article_html(RETURNS, RETURNS.index("Once your"), RETURNS.index("5 to 7")),
    QUOTE,
)
SEARCH = SearchView(
    "refund",
    (
        FoundPassage("returns", "Returning something you bought", "p1", QUOTE, QUOTE, "Money back › By card"),
        FoundPassage("goodwill", "Goodwill for late parcels", "p2", "Up to 20 € without asking, once a customer."),
    ),
    "the search index is being built (4,210 of 9,800 passages)",
    unsure=True,
    languages=("de", "en"),
    categories=("refund", "shipping"),
)
ADMIN_FRAME = replace(FRAME, section="admin")
EMPTY_QUEUE = QueuePage((), 0, FILTERS)
FAILED_RULES = replace(
    RULES, errors=(FieldError("[0].then.set_priority", "must be one of low, normal, high, urgent, not “top”"),)
)

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "workspace": ("workspace/page.html", {"frame": FRAME, "queue": QUEUE, "ticket": TICKET}),
    "workspace-free": (
        "workspace/page.html",
        {"frame": FRAME, "queue": QUEUE, "ticket": replace(TICKET, draft=HELD_FREE)},
    ),
    "workspace-writing": (
        "workspace/page.html",
        {"frame": FRAME, "queue": QUEUE, "ticket": replace(TICKET, draft=None, draft_state="writing")},
    ),
    "queue": ("workspace/page.html", {"frame": FRAME, "queue": QUEUE, "ticket": None}),
    "empty": ("workspace/page.html", {"frame": replace(FRAME, kill_switch=True), "queue": EMPTY_QUEUE, "ticket": None}),
    "sign-in": ("sign_in.html", {"frame": replace(FRAME, user=None), "error": None, "email": "", "next_path": "/"}),
    "sign-in-wrong": (
        "sign_in.html",
        {"frame": FRAME, "error": "E-mail or password is wrong.", "email": "paul@kerbstone.example", "next_path": "/"},
    ),
    "problem": ("problem.html", {"frame": FRAME, "problem": Problem(404, "Not found", "There is no ticket 999.")}),
    "admin": ("admin/overview.html", {"frame": ADMIN_FRAME, "admin": OVERVIEW}),
    "admin-stopped": (
        "admin/overview.html",
        {"frame": replace(ADMIN_FRAME, kill_switch=True), "admin": replace(OVERVIEW, kill_switch=True)},
    ),
    "rules": ("admin/rules.html", {"frame": ADMIN_FRAME, "view": FAILED_RULES}),
    "promises": ("admin/promises.html", {"frame": ADMIN_FRAME, "view": PROMISES}),
    "articles": ("admin/articles.html", {"frame": ADMIN_FRAME, "view": ARTICLES}),
    "article": ("admin/article.html", {"frame": ADMIN_FRAME, "view": replace(ARTICLE, saved=True)}),
    "access": ("admin/access.html", {"frame": ADMIN_FRAME, "view": ACCESS}),
}
FRAGMENTS: dict[str, tuple[str, dict[str, object]]] = {
    "/articles/passage": ("workspace/drawer.html", {"article": DRAWER}),
    "/queue": ("workspace/rows.html", {"queue": QUEUE}),
    "/find": ("workspace/hits.html", {"search": SEARCH}),
    "/tickets/401": ("workspace/ticket.html", {"ticket": TICKET}),
    "/tickets/402": ("workspace/ticket.html", {"ticket": replace(TICKET, ticket_id=402, subject="Charged twice")}),
}


class Preview(SimpleHTTPRequestHandler):
    """Serves the rendered pages, the static files, the fragments, and a live stream in which nothing happens."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/live":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            time.sleep(3600)
        elif path in FRAGMENTS:
            template, context = FRAGMENTS[path]
            self.reply(render(template, **context).encode())
        else:
            super().do_GET()

    def reply(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def translate_path(self, path: str) -> str:
        clean = path.partition("?")[0]
        return (
            str(ROOT / "copilot" / "web" / clean[1:]) if clean.startswith("/static/") else super().translate_path(path)
        )

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--serve", type=int)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, (template, context) in PAGES.items():
        (arguments.out / f"{name}.html").write_text(render(template, **context), encoding="utf-8")
    print(f"{len(PAGES)} pages in {arguments.out}")
    if arguments.serve:
        handler = partial(Preview, directory=str(arguments.out))
        ThreadingHTTPServer(("127.0.0.1", arguments.serve), handler).serve_forever()


if __name__ == "__main__":
    main()
