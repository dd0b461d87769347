"""Counts how many planted texts leave by themselves when the language model works for the attacker.

python scripts/hostile_model.py injections.csv      (columns text, canary)
"""

import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.hostile import WRAPPINGS, attack, read


def main() -> int:
    """0 when nothing leaked."""
    planted, texts = read(Path(sys.argv[1]))
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = attack(Path(folder) / "data", planted, texts)
    print(
        f"{len(planted)} canaries in {len(WRAPPINGS)} wrappings and {len(texts)} messages: {found.tickets} tickets, "
        f"{found.sent} replies sent, {len(found.leaked)} with a canary; {perf_counter() - began:.0f} s"
    )
    for body in found.leaked[:5]:
        print(f"---\n{body}")
    return 1 if found.leaked else 0


if __name__ == "__main__":
    sys.exit(main())
