"""What every language model promises: the scripted one, and one behind a real OpenAI-compatible server alike."""

import itertools
import socket
import threading
from contextlib import contextmanager
from time import monotonic, sleep

import pytest

from copilot.errors import Unavailable
from copilot.fakes import ScriptedModel
from copilot.llm.patience import FAILURES_TO_OPEN, CircuitBreaker, Slots
from copilot.llm.port import Ask, ModelFailed
from copilot.llm.server import connect
from copilot.llm.turns import first_read, numbers
from tests.contracts import openai_server as server

SENTENCES = [(1, "Refunds", "You get it back."), (2, "Refunds", "Within 5 days."), (3, "Boots", "Wax them.")]
DEADLINE = 0.6


def question(message="When?", sentences=SENTENCES, urgent=False):
    """Which of the sentences answer a message."""
    known = {number for number, _, _ in sentences}
    listed = "\n".join(f"{number}. [{title}] {text}" for number, title, text in sentences)
    return Ask(
        purpose="quote",
        prompt_version="quote-9",
        system="Choose.",
        user=f"<message>\n{message}\n</message>\n\n{listed}",
        schema={"type": "object"},
        read=lambda answer: list(first_read(answer, lambda found: numbers(found, "sentences", known))),
        urgent=urgent,
    )


def unheard(_):
    """A listener that does not mind."""


def chosen(model, heard=None):
    """The numbers that the model chooses."""
    return model.ask(question(), heard).value


@contextmanager
def connected(url, deadline=5.0, concurrency=4):
    """A model behind a server, closed at the end with its connections."""
    model = connect("m", deadline, "a-key", url, concurrency)
    try:
        yield model
    finally:
        model.close()
        model._client.close()


@pytest.fixture(params=["scripted", "openai"])
def answering(request):
    """A context in which a model gives this raw text as its answer."""

    @contextmanager
    def with_text(text):
        if request.param == "scripted":
            yield ScriptedModel(text, name="m")
            return
        with server.running(server.saying(text)) as script, connected(script.url) as model:
            yield model

    return with_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"sentences": [2, 1]}', [2, 1]),
        ('{"sentences": []}', []),
        ('Sure! Here you are:\n```json\n{"sentences": [3]}\n```\nAnything else?', [3]),
        ('{"sentences": [1, 1, 2, 1]}', [1, 2]),
        ('{"thought": "hm"} {"sentences": [1]}', [1]),
    ],
)
def test_it_tells_the_chosen_numbers(answering, text, expected):
    """The numbers come in the order chosen, once each, whatever prose stands around the JSON."""
    with answering(text) as model:
        assert chosen(model) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would pick the first one.",
        '{"sentences": "1"}',
        '{"sentences": [1.0]}',
        '{"sentences": [true]}',
        '{"sentences": [null]}',
        '{"numbers": [1]}',
        "[1, 2]",
        '{"sentences": [1',
        "{" * 50_000,
        '{"sentences": [' + "9" * 10_000 + "]}",
        '{"sentences": [99]}',
        '{"sentences": [0]}',
        '{"sentences": [-1]}',
    ],
)
def test_nonsense_is_unavailable(answering, text):
    """Rubbish, another schema or a sentence that was not offered raises `Unavailable`, naming the model."""
    with answering(text) as model, pytest.raises(Unavailable, match=r"^m "):
        chosen(model)


def test_it_can_be_checked(answering):
    """A model that answers passes its check."""
    with answering('{"sentences": []}') as model:
        model.check()


@pytest.mark.parametrize("first", ["rubbish", '{"sentences": [99]}', '{"sentences": [1', "{"])
def test_one_answer_may_be_mended(first):
    """After an answer that cannot be read the model is told what is wrong, once, and the ledger has both requests."""
    script_of = (first, '{"sentences": [2]}')
    scripted = ScriptedModel(*script_of, name="m")
    with server.running(*map(server.saying, script_of)) as script, connected(script.url) as real:
        for model in (scripted, real):
            answered = model.ask(question())
            assert answered.value == [2]
            assert [call.outcome for call in answered.calls] == ["malformed", "ok"]
        assert script.requests[1]["messages"][2] == {"role": "assistant", "content": first}
        assert "cannot be used" in script.requests[1]["messages"][3]["content"]
        assert scripted.calls[1].messages == tuple(row["content"] for row in script.requests[1]["messages"])


def test_it_is_heard_as_it_writes(answering):
    """A listener gets growing beginnings of the answer, the last of them whole."""
    text, heard = '{"sentences": [2, 1]}', []
    with answering(text) as model:
        assert chosen(model, heard.append) == [2, 1]
    assert len(heard) > 1
    assert heard[-1] == text
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(heard))


def test_the_scripted_model_goes_through_its_script():
    """Scripted answers come in turn, an error is raised, the last one stays, and every question is kept."""
    model = ScriptedModel([1], Unavailable("down"), lambda question: [question.sentences[-1][0]])
    assert chosen(model) == [1]
    with pytest.raises(Unavailable, match="down"):
        model.check()
    with pytest.raises(ModelFailed, match="down"):
        chosen(model)
    assert [chosen(model), chosen(model)] == [[3], [3]]
    assert [call.message for call in model.calls] == ["When?"] * 4


def test_the_request_is_strict():
    """The server is asked once, without randomness, for the strict form."""
    with server.running(server.saying('{"sentences": [1]}')) as script, connected(script.url) as model:
        chosen(model)
    (asked,) = script.requests
    assert (asked["temperature"], asked["model"], asked["response_format"]["type"]) == (0, "m", "json_schema")
    assert "stream" not in asked


@pytest.mark.parametrize("status", [400, 500])
def test_a_server_that_knows_no_schema_is_asked_for_an_object(status):
    """An error for `json_schema` is answered by asking once more for `json_object`, with the schema beside it."""
    with server.running(server.only_json_object(status)) as script, connected(script.url) as model:
        assert chosen(model) == [2]
        assert chosen(model) == [2]
        forms = [asked["response_format"] for asked in script.requests]
        assert [form["type"] for form in forms] == ["json_schema", "json_object", "json_object"]  # it is remembered
        assert forms[1]["schema"] == {"type": "object"}


def test_a_server_that_takes_no_schema_at_all_is_asked_for_any_object():
    """Where the schema beside `json_object` is refused as well, it is left out."""
    with server.running(server.only_json_object(400, with_schema=False)) as script, connected(script.url) as model:
        assert chosen(model) == [2]
        assert script.requests[-1]["response_format"] == {"type": "json_object"}


def test_a_form_that_led_to_a_bad_answer_is_remembered():
    """What a server accepts is no question of what the model answers."""
    answers = server.failing(400), server.saying("rubbish")
    with server.running(*answers) as script, connected(script.url) as model:
        with pytest.raises(ModelFailed):
            chosen(model)
        assert model.habits.form == 1
        assert len(script.requests) == 3


@pytest.mark.parametrize("parameter", ["temperature", "max_tokens", "stream_options", "response_format"])
def test_a_parameter_that_is_refused_is_left_out(parameter):
    """A server that refuses one parameter is asked without it from then on."""
    answer = server.refusing(parameter, server.saying('{"sentences": [2]}'))
    with server.running(answer) as script, connected(script.url) as model:
        heard = []
        assert [chosen(model, heard.append), chosen(model, heard.append)] == [[2], [2]]
        assert parameter not in script.requests[-1]
        assert len(script.requests) <= 5
        assert heard[-1] == '{"sentences": [2]}'


def test_tokens_are_the_server_s_own_or_marked_as_estimated():
    """Usage is taken from the answer, whole or streamed; without it the lengths are counted and that is said."""
    usage = {"prompt_tokens": 321, "completion_tokens": 9}
    answers = server.saying('{"sentences": [1]}', usage), server.saying('{"sentences": [1]}')
    for heard in (None, unheard):
        with server.running(*answers) as script, connected(script.url) as model:
            (counted,), (guessed,) = (model.ask(question(), heard).calls for _ in range(2))
        assert (counted.tokens_in, counted.tokens_out, counted.estimated) == (321, 9, False)
        assert (guessed.tokens_in > 10, guessed.tokens_out, guessed.estimated) == (True, 5, True)
        assert (counted.purpose, counted.model, counted.prompt_version) == ("quote", "m", "quote-9")


def test_a_server_that_is_busy_is_asked_again_when_it_says():
    """429 with Retry-After is waited out within the deadline, and both requests are in the ledger."""
    answers = server.busy("0.3"), server.saying('{"sentences": [1]}')
    with server.running(*answers) as script, connected(script.url) as model:
        began = monotonic()
        answered = model.ask(question())
        assert monotonic() - began >= 0.3
        assert [call.outcome for call in answered.calls] == ["busy", "ok"]


@pytest.mark.parametrize("wait", ["60", "999999999999", "nan", "Wed, 21 Oct 2099 07:28:00 GMT", None])
def test_a_server_that_wants_more_time_than_there_is_fails_within_the_deadline(wait):
    """A Retry-After beyond the deadline is not waited for; one that is no number is taken as a second."""
    with server.running(server.busy(wait)) as script, connected(script.url, DEADLINE) as model:
        began = monotonic()
        with pytest.raises(ModelFailed, match="busy"):
            chosen(model)
        assert monotonic() - began < DEADLINE
        assert len(script.requests) == 1


@pytest.mark.parametrize("first", [server.failing(500), server.failing(503), server.breaking_off("{")])
def test_a_server_that_stumbles_once_is_asked_once_more(first):
    """5xx and a stream that breaks off are tried once more, in streams too; what a server accepts is not forgotten."""
    good = server.saying('{"sentences": [1]}')
    with server.running(first, good) as script, connected(script.url) as model:
        assert chosen(model, unheard) == [1]
        assert len(script.requests) == 2
    with server.running(first) as script, connected(script.url) as model:
        with pytest.raises(ModelFailed) as caught:
            chosen(model, unheard)
        assert [call.outcome for call in caught.value.calls] == ["error", "error"]
        assert model.habits.form == 0


def test_no_more_requests_at_once_than_allowed_and_people_first():
    """With one place, a person's ask that came last is answered before the others that wait."""
    order = []
    answer = server.slow(server.saying('{"sentences": [1]}'), 0.2)
    with server.running(answer) as script, connected(script.url, 10, concurrency=1) as model:

        def ask(name, urgent):
            model.ask(question(urgent=urgent))
            order.append(name)

        threads = []
        for name, urgent in (("first", False), ("second", False), ("third", False), ("person", True)):
            threads.append(threading.Thread(target=ask, args=(name, urgent)))
            threads[-1].start()
            sleep(0.03)
        for thread in threads:
            thread.join()
        assert order[:2] == ["first", "person"]


def test_waiting_for_a_place_counts():
    """Whoever finds no place within the deadline is told that the model is busy, and made no request."""
    slots = Slots(1)
    assert slots.take(0, urgent=False)
    assert not slots.take(0.01, urgent=True)
    slots.give_back()
    assert slots.take(0, urgent=False)
    with server.running(server.saying("{}")) as script, connected(script.url, 0.1, 1) as model:
        assert model._slots.take(0, urgent=False)
        with pytest.raises(ModelFailed, match="busy") as caught:
            chosen(model)
        assert (caught.value.calls, script.requests) == ((), [])


def test_the_breaker_closes_again():
    """After its time the breaker lets the next ask through."""
    time = [0.0]
    breaker = CircuitBreaker(lambda: time[0])
    for _ in range(FAILURES_TO_OPEN):
        breaker.record(ok=False)
    with pytest.raises(Unavailable):
        breaker.refuse_if_open("m")
    time[0] = 31.0
    breaker.refuse_if_open("m")


@pytest.mark.parametrize(
    ("answer", "told", "requests"),
    [
        (server.failing(400), "refused the request", 4),
        (server.failing(401), "status 401", 1),
        (server.failing(404), "status 404", 1),
        (server.busy("100"), "status 429", 1),
        (server.failing(500), "status 500", 2),
        (server.no_choices, "not the JSON asked for", 2),
        (server.saying(None), "not the JSON asked for", 2),
        (server.raw(b"<html>Bad gateway</html>", "text/html"), "", 1),
        (server.raw(b"{not json"), "", 1),
        (server.raw(b"[]"), "", 1),
        (server.raw(b'"text"'), "", 1),
        (server.raw(b"null"), "", 1),
        (server.raw(b'{"choices": [null]}'), "", 1),
        (server.raw(b'{"choices": {"0": 1}}'), "", 1),
        (server.raw(b"\xff\xfe"), "", 1),
    ],
)
def test_a_failing_server_is_unavailable_at_once(answer, told, requests):
    """Whatever the server answers instead of a completion is `Unavailable`, told without address or key."""
    with server.running(answer) as script, connected(script.url) as model:
        with pytest.raises(Unavailable) as caught:
            chosen(model)
        assert told in caught.value.message
        assert "127.0.0.1" not in caught.value.message
        assert "a-key" not in caught.value.message
        assert len(script.requests) == requests


def test_a_closed_port_is_unavailable():
    """A refused connection is told as such, by the check too."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with connected(url) as model:
        with pytest.raises(Unavailable, match="APIConnectionError"):
            chosen(model)
        with pytest.raises(Unavailable, match="cannot be reached"):
            model.check()


@pytest.mark.parametrize("answer", [server.silent, server.dripping])
def test_the_deadline_holds(answer):
    """Neither silence nor a byte now and then keeps anybody waiting for good; the slack is for a busy machine."""
    with server.running(answer) as script, connected(script.url, DEADLINE) as model:
        began = monotonic()
        with pytest.raises(Unavailable, match="did not answer within"):
            chosen(model)
        assert monotonic() - began < DEADLINE + 20
        script.over.set()


def test_after_some_failures_it_is_left_alone():
    """After failures in a row the model is not asked for a while and refuses at once; a success ends the row."""
    good = server.saying('{"sentences": [1]}')
    answers = [server.failing(401), good, *[server.failing(401)] * FAILURES_TO_OPEN, good]
    with server.running(*answers) as script, connected(script.url) as model:
        for place in range(2 + FAILURES_TO_OPEN):
            if place == 1:
                chosen(model)
            else:
                with pytest.raises(Unavailable, match="status 401"):
                    chosen(model)
        with pytest.raises(Unavailable, match="left alone"):
            chosen(model)
        assert len(script.requests) == 2 + FAILURES_TO_OPEN


def test_a_model_of_the_same_name_elsewhere_is_another() -> None:
    """What tells models apart changes with the server's address, holds neither key nor address, and begins anew."""
    here, again, there = (connect("gpt", 1, "secret-key", f"http://127.0.0.1:{port}/v1") for port in (8001, 8001, 8002))
    assert here.name == there.name
    assert here.identity == again.identity != there.identity
    assert "secret" not in here.identity
    assert "127.0.0.1" not in here.identity
    for model in (here, again, there):
        model.close()
