"""Measures what a real language model makes of the sample shop's tickets (see tests/real_model.py for the settings).

ANSWERABLE_TEST_LLM_URL=http://127.0.0.1:8080/v1 ANSWERABLE_TEST_LLM_MODEL=NAME python scripts/real_model.py [TICKETS]
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.real_model import Case, run, sample


def main() -> int:
    """0 when nothing made up stands in a draft that could be sent."""
    with tempfile.TemporaryDirectory() as folder:
        cases = run(Path(folder) / "data", sample(int(sys.argv[1]) if len(sys.argv) > 1 else 10), embedder=None)
    drafted = [case for case in cases if case.draft]
    worded = [case.wording for case in drafted if case.wording]
    free = [wording for wording in worded if not wording.failed]
    sentences = [sentence for wording in free for sentence in wording.sentences if sentence["support"] != "courtesy"]
    print(f"{len(cases)} tickets, {len(drafted)} with a draft; of these")
    print(f"quoted: {sum(c.is_quoted for c in drafted)} by the model's choice, the others by words alone;")
    print(
        f"  {sum(len(c.invented) for c in drafted)} sentences not in an article, {could_leave(drafted)} could be sent;"
    )
    print(f"  median {middle([c.seconds for c in drafted])} s")
    print(f"free: {sum(w.is_supported for w in free)} wholly supported, {sum(w.marked > 0 for w in free)} with marked")
    print(f"  sentences ({sum(w.marked for w in free)} of {len(sentences)} marked), {len(worded) - len(free)} failed;")
    print(f"  {sum(w.problem is not None for w in free)} that the model itself doubts; median ", end="")
    print(f"{middle([w.seconds for w in worded])} s")
    about = "about " if any(c.estimated for c in drafted) else ""
    print(f"tokens a draft in both ways: {about}{middle([c.tokens for c in drafted])}")
    for wording in worded:
        for fault in [wording.problem, *(f"marked: {s['text']}" for s in wording.sentences if s["support"] == "none")]:
            if fault:
                print(f"- {fault[:160]}", file=sys.stderr)
    return 1 if any(c.invented and c.draft and c.draft.could_send for c in drafted) else 0


def could_leave(cases: list[Case]) -> int:
    """Sentences not in an article of drafts for which every gate but those of autonomy passed."""
    return sum(len(case.invented) for case in cases if case.draft and case.draft.could_send)


def middle(values: list[float]) -> str:
    """The median, rounded."""
    return f"{median(values):.0f}" if values else "-"


if __name__ == "__main__":
    sys.exit(main())
