"""The public page of promises: readable by everybody, in four languages, and silent about what is internal."""

import copy

import pytest

from copilot.web.promise_page import negotiated, spoken
from tests.builders import POLICIES


def policies(**internal):
    """A VIP promise, one for a named organisation, one that the admin hides, and the default."""
    default = POLICIES["policies"][0]

    def another(name, when, **more):
        return {**copy.deepcopy(default), "name": name, "when": when, **more}

    rows = [
        another("Valued customers", {"segment": ["vip"], "category": ["refund"]}),
        another("Contract 17", {"organisation": ["Acme Secret Holdings"]}),
        another("Likely to leave", {"tag": ["churn-risk"]}, public=False),
        default,
    ]
    return {**POLICIES, "policies": rows}


def read(client, path="/promise", **headers):
    """The page as a stranger's browser gets it."""
    client.cookies.clear()
    return client.get(path, headers={"accept": "text/html", **headers}, follow_redirects=False)


def test_everybody_may_read_it(client):
    """No sign-in, no cookie, no script: a plain page that caches ask about again."""
    answer = read(client)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "accept-language" in answer.headers["vary"]


def test_it_says_each_promise_in_words(client):
    """The policy's name, its times and its sentences stand on the page."""
    html = read(client).text
    for text in ("Round the clock", "1 h", "24 h", "You receive our first response within 1 hour"):
        assert text in html


def test_internal_things_are_not_told(client, desk):
    """Goals, hidden policies, organisations and whoever saved the version appear nowhere, in any language."""
    desk.configure("policies", policies())
    for language in ("en", "fr", "de", "es"):
        html = read(client, f"/promise?lang={language}").text
        assert "Valued customers" in html
        assert "Round the clock" in html
        for secret in ("Contract 17", "Acme", "Likely to leave", "churn", "30 m", "goal", "@2", ">test<"):
            assert secret not in html, secret


def test_categories_are_named_as_customers_know_them(client, desk):
    """A category is told by its title, not by its identifier."""
    desk.configure("policies", policies())
    assert "about “Refunds”" in read(client).text


def test_what_holds_for_all_is_read_once(client, desk):
    """A sentence that every promise shares stands once, below them."""
    desk.configure("policies", policies())
    html = read(client).text
    assert html.count("Nothing is promised for spam") == 1
    assert html.index("What holds for all") < html.index("Nothing is promised for spam")


def test_with_nothing_public_the_page_says_so(client, desk):
    """When every policy is internal the page is not an error but says that there is no public promise."""
    document = copy.deepcopy(POLICIES)
    document["policies"][0]["public"] = False
    desk.configure("policies", document)
    answer = read(client)
    assert answer.status_code == 200
    assert "no public promise" in answer.text
    assert "Round the clock" not in answer.text


@pytest.mark.parametrize(
    ("path", "header", "language", "title"),
    [
        ("/promise", "fr-CH, fr;q=0.9, en;q=0.8", "fr-CH", "Notre promesse"),
        ("/promise?lang=de", "fr", "de", "Unser Versprechen"),
        ("/promise?lang=es", "", "es", "Nuestra promesa"),
        ("/promise?lang=tlh", "fr", "fr", "Notre promesse"),
        ("/promise?lang=%00%ff", "", "en", "Our promise"),
        ("/promise", "pt-BR, *;q=0.1", "en", "Our promise"),
    ],
)
def test_the_language_asked_for_goes_first(client, path, header, language, title):
    """The link's language, else the browser's, else English; the page and its header say which."""
    answer = read(client, path, **{"accept-language": header})
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>{title}</h1>" in answer.text


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("de", "de"),
        ("en;q=0.2, es;q=0.8", "es"),
        ("fr;q=0, de;q=0.1", "de"),
        ("de;q=nonsense, es;q=0.3", "es"),
        ("DE_at", "de-AT"),
        (",;,;;=,q=", "en"),
        ("x" * 100_000, "en"),
        ("de," * 100_000, "de"),
    ],
)
def test_browsers_wishes_are_weighed(header, expected):
    """Weights decide, nonsense weighs nothing, and a huge header is cut short."""
    assert negotiated(header) == expected


@pytest.mark.parametrize("tag", ["", "deutsch", "xx", "d", "de-1", "-", "🙂", "de\x00"])
def test_only_known_languages_are_spoken(tag):
    """Anything that is no tag of a language we speak is none, or that language without its odd region."""
    assert spoken(tag) in (None, "de")


def test_customers_markup_is_text(client, desk):
    """A policy's name that holds markup comes out as text."""
    document = copy.deepcopy(POLICIES)
    document["policies"][0]["name"] = "<script>alert(1)</script>"
    desk.configure("policies", document)
    assert "<script>alert" not in read(client).text
