"""Decides when two language tags mean the same language. Refuses to know what is said in it."""


def primary(tag: str) -> str:
    """Return the language of a BCP 47 tag without script, region and variant: "en" for "en-US", "pt" for "pt-br"."""
    return tag.replace("_", "-").partition("-")[0].strip().lower()
