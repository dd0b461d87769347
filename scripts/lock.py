"""Writes requirements.lock and requirements-dev.lock: every version pip chose today for what pyproject.toml asks for.

The runtime is resolved first and on its own; the development tools are then added around it without moving it.
Standard library only, so that it runs before anything is installed.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock`: {}.\n"


def pins(freeze: str) -> list[str]:
    """The `name==version` lines of a `pip freeze`, without local version parts such as `+cpu`.

    Editable installs, paths and addresses are left out: they mean nothing on another machine.
    """
    found = (re.fullmatch(r"([\w.-]+==[^\s+]+)(?:\+\S+)?", line.strip()) for line in freeze.splitlines())
    return sorted((match[1] for match in found if match), key=str.lower)


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime_lock, dev_lock = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        runtime = install(folder, project["project"]["dependencies"])
        write(runtime_lock, "what the service runs on", runtime)
        everything = install(folder, ["-c", str(runtime_lock), *project["dependency-groups"]["dev"]])
    tools = [pin for pin in everything if pin not in set(runtime)]
    write(dev_lock, "what development adds to requirements.lock", ["-c requirements.lock", *tools])


def install(folder: str, arguments: list[str]) -> list[str]:
    """Install into the environment and list all it then holds."""
    pip = [str(Path(folder) / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *arguments], check=True)
    return pins(subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout)


def write(path: Path, title: str, lines: list[str]) -> None:
    path.write_text(HEADER.format(title) + "\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"{path.name}: {len(lines)} lines\n")


if __name__ == "__main__":
    main()
