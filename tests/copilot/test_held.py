"""Which checks hold drafts."""

from copilot.held import Held, held_by


def checks(**failing: str) -> list[dict]:
    names = ("mode", "facts", "scope")
    return [{"name": n, "passed": n not in failing, "reason": failing.get(n, "fine")} for n in names]


def test_checks_are_counted_with_their_newest_reason() -> None:
    """Of three drafts, newest first, one is held by two checks and one by one of these alone; the third passes."""
    found = held_by([checks(mode="off", facts="a link"), checks(), checks(facts="an amount")])
    assert found == (Held("facts", 2, 1, "a link"), Held("mode", 1, 0, "off"))


def test_without_drafts_nothing_is_held() -> None:
    """No draft, no check."""
    assert held_by([]) == ()
