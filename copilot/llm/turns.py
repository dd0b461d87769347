"""The order of a conversation with a model: the question, and one chance to mend an answer that cannot be read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from json import JSONDecoder
from typing import Any

from copilot.llm.port import Ask, Call, ModelFailed, Value

Messages = list[dict[str, str]]
Complete = Callable[[Messages], str]
TURNS = 2
LONGEST_ANSWER = 20_000
MOST_BRACES = 20
REPAIR = "That cannot be used: {problem}. Answer once more, with nothing but the JSON asked for."


def converse(name: str, ask: Ask[Value], complete: Complete, calls: list[Call]) -> Value:
    """The value of the first answer that can be read. `complete` makes one request and adds it to `calls`.

    Raises `ModelFailed` when the second answer cannot be read either.
    """
    messages = [{"role": "system", "content": ask.system}, {"role": "user", "content": ask.user}]
    for _ in range(TURNS):
        said = complete(messages)
        try:
            return ask.read(said)
        except ValueError as error:
            problem = str(error)
            calls[-1:] = [replace(call, outcome="malformed") for call in calls[-1:]]
        messages += [
            {"role": "assistant", "content": said[:LONGEST_ANSWER] or "(nothing)"},
            {"role": "user", "content": REPAIR.format(problem=problem)},
        ]
    raise ModelFailed(f"{name} answered with something that cannot be used: {problem}.", tuple(calls))


def objects(answer: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in an answer, first to last, whatever prose stands around them."""
    text, decoder, at, tried = answer[:LONGEST_ANSWER], JSONDecoder(), 0, 0
    while (at := text.find("{", at)) >= 0 and tried < MOST_BRACES:
        tried += 1
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        at = end
        if isinstance(found, dict):
            yield found


def first_read(answer: str, read: Callable[[dict[str, Any]], Value]) -> Value:
    """The first object that `read` accepts. Raises `ValueError`: the last refusal, or that there is no JSON."""
    problem = ValueError("it is not the JSON asked for")
    for found in objects(answer):
        try:
            return read(found)
        except ValueError as error:
            problem = error
    raise problem


def numbers(found: dict[str, Any], key: str, offered: Sequence[int] | set[int]) -> tuple[int, ...]:
    """A list of offered numbers, each once, in the order given. Raises `ValueError` naming what is wrong."""
    given = found.get(key)
    if not isinstance(given, list) or not all(type(number) is int for number in given):
        raise ValueError(f"it is not the JSON asked for: {key} must be a list of whole numbers")
    if not set(given) <= set(offered):
        raise ValueError(f"{key} names a number that was not offered")
    return tuple(dict.fromkeys(given))
