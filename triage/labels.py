"""Decides what a well-formed list of categories is; refuses to know how tickets are put into them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_CATEGORIES = 5_000
MAX_EXAMPLES = 200_000
MAX_NAME = 200
MAX_TEXT = 20_000
_KEYS = frozenset({"name", "title", "description", "examples"})


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of ticket: `name` is its stable key, `title` its words on screen, `examples` are ticket texts."""

    name: str
    title: str = ""
    description: str = ""
    examples: tuple[str, ...] = ()

    def training_texts(self) -> tuple[str, ...]:
        """Return the examples, or title and description as the only one when there are none."""
        return self.examples or (self.described(),)

    def described(self) -> str:
        """Return title and description, which are taught as one example more."""
        return f"{self.title or self.name}. {self.description}"


def parse_categories(document: object) -> tuple[Category, ...]:
    """Return the categories of a JSON list; ValueError names the path of what is wrong, as `categories[3].examples`."""
    if not isinstance(document, list):
        raise ValueError("categories: must be a list")
    if len(document) > MAX_CATEGORIES:
        raise ValueError(f"categories: at most {MAX_CATEGORIES} are allowed, got {len(document)}")
    categories = tuple(_category(item, f"categories[{index}]") for index, item in enumerate(document))
    _refuse_repeated_names(categories)
    _refuse_shared_examples(categories)
    return categories


def _category(item: object, path: str) -> Category:
    if not isinstance(item, Mapping):
        raise ValueError(f"{path}: must be an object")
    unknown = sorted(str(key) for key in item if key not in _KEYS)
    if unknown:
        raise ValueError(f"{path}.{unknown[0]}: unknown key")
    name = _text(item, "name", path, MAX_NAME)
    if not name:
        raise ValueError(f"{path}.name: must not be empty")
    description = _text(item, "description", path, MAX_TEXT)
    examples = tuple(_examples(item.get("examples"), f"{path}.examples"))
    if not description and not examples:
        raise ValueError(f"{path}: needs a description or examples")
    return Category(name, _text(item, "title", path, MAX_NAME) or name, description, examples)


def _text(item: Mapping[Any, Any], key: str, path: str, longest: int) -> str:
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{path}.{key}: must be a string")
    if len(value) > longest:
        raise ValueError(f"{path}.{key}: at most {longest} characters are allowed")
    return value.strip()


def _examples(value: object, path: str) -> Iterator[str]:
    """Yield each example once, as it is written, repeats within the category left out."""
    if value is None:
        return
    if not isinstance(value, list):
        raise ValueError(f"{path}: must be a list of strings")
    seen: set[str] = set()
    for index, example in enumerate(value):
        if not isinstance(example, str) or not example.strip():
            raise ValueError(f"{path}[{index}]: must be a string with text in it")
        if len(example) > MAX_TEXT:
            raise ValueError(f"{path}[{index}]: at most {MAX_TEXT} characters are allowed")
        if _key(example) not in seen:
            seen.add(_key(example))
            yield example.strip()


def _refuse_repeated_names(categories: tuple[Category, ...]) -> None:
    seen: dict[str, int] = {}
    for index, category in enumerate(categories):
        first = seen.setdefault(category.name, index)
        if first != index:
            raise ValueError(f"categories[{index}].name: {category.name!r} is already categories[{first}]")


def _refuse_shared_examples(categories: tuple[Category, ...]) -> None:
    if sum(len(category.examples) for category in categories) > MAX_EXAMPLES:
        raise ValueError(f"categories: at most {MAX_EXAMPLES} examples are allowed in all")
    owners: dict[str, int] = {}
    for index, category in enumerate(categories):
        for example in category.examples:
            owner = owners.setdefault(_key(example), index)
            if owner != index:
                raise ValueError(
                    f"categories[{index}].examples: {example[:60]!r} is also in categories[{owner}].examples"
                )


def _key(example: str) -> str:
    return " ".join(example.casefold().split())
