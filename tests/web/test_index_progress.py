"""The list of articles says how far the index is."""


def test_the_list_tells_how_many_articles_can_be_found(desk, signed_in):
    """While articles wait for the index the list says how many can be found by meaning; then no longer."""
    desk.article("late", "Late parcels", "Late parcels are searched for.")
    browser = signed_in("admin")
    page = browser.get("/admin/articles").text
    assert "articles can be found by meaning so far" in page
    assert page.count("not searchable yet") == 1
    desk.services.knowledge.sync()
    page = browser.get("/admin/articles").text
    assert "can be found by meaning" not in page
    assert "not searchable yet" not in page


def test_the_list_is_shown_without_a_model(desk, signed_in, monkeypatch):
    """When the model cannot be loaded the list is shown without that sentence."""
    from copilot.errors import Unavailable

    def fail():
        raise Unavailable("no weights")

    monkeypatch.setattr(desk.services.knowledge, "progress", fail)
    answer = signed_in("admin").get("/admin/articles")
    assert answer.status_code == 200
    assert "can be found by meaning" not in answer.text
