"""Fails when a Markdown file of the repository links to a file or a heading that is not there.

Addresses on the web are not asked; whether the words are true is for people.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def broken_links(document: Path) -> list[str]:
    """The targets of `document`'s links that lead nowhere inside the repository."""
    targets = LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
    return [
        target
        for target in targets
        if "://" not in target and not target.startswith("mailto:") and not leads_somewhere(document, target)
    ]


def leads_somewhere(document: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = document.parent / path if path else document
    return file.exists() and (not anchor or file.suffix != ".md" or anchor in anchors(file))


def anchors(document: Path) -> set[str]:
    """Heading anchors as code hosts make them: lower case, punctuation dropped, spaces to hyphens."""
    headings = HEADING.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    problems = [
        f"{name}: {target}"
        for name in listed.splitlines()
        if (ROOT / name).exists()
        for target in broken_links(ROOT / name)
    ]
    sys.stderr.writelines(f"broken link in {problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
