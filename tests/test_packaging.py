"""What is installed, shipped and checked in: pinned, complete, and meaning the same on every machine."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from copilot.settings import Settings
from scripts.check_docs import broken_links
from scripts.lock import pins

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "copilot" / "web" / "static" / "vendor"
PUBLIC_HOSTS = {"download.pytorch.org", "localhost"}  # the documents name the first as an option
PINNED = re.compile(r"([A-Za-z0-9][\w.-]*)==([^\s+;@]+)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def locked(*names: str) -> dict[str, Version]:
    """Canonical name → version over the pins of these lock files."""
    lines = [match for name in names for line in read(name).splitlines() if (match := PINNED.fullmatch(line))]
    return {canonicalize_name(line[1]): Version(line[2]) for line in lines}


def unmet(requirements: list[str], lock: dict[str, Version]) -> list[str]:
    """The requirements that the lock has no version for, or another one than asked for."""

    def met(requirement: Requirement) -> bool:
        version = lock.get(canonicalize_name(requirement.name))
        return version is not None and version in requirement.specifier

    return [text for text in requirements if not met(Requirement(text))]


def tracked_files() -> list[Path]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are tracked")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def machine_words() -> set[str]:
    """Words that mean something on this machine alone: the folders around here, the home, the package hosts."""
    pip = [sys.executable, "-m", "pip", "config", "list"]
    configured = subprocess.run(pip, capture_output=True, text=True, timeout=60).stdout
    if npm := shutil.which("npm"):
        configured += subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True).stdout
    configured += " ".join(value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "NPM_")))
    addresses = re.findall(r"https?://[^\s'\"]+", configured)
    hosts = {host for address in addresses if (host := urlsplit(address).hostname)} - PUBLIC_HOSTS
    folders = [folder for folder in ROOT.parent.iterdir() if folder.is_dir() and len(ROOT.parts) > 2]
    return {*(f"{folder}/" for folder in [Path.home(), *folders]), *hosts} - {"//"}


def test_the_runtime_lock_pins_what_the_project_asks_for() -> None:
    """Every dependency has a locked version inside its range, and PyTorch the one that every platform has."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    lock = locked("requirements.lock")
    assert unmet(project["dependencies"], lock) == []
    assert lock["torch"] == Version("2.13.0")


def test_the_development_lock_adds_the_tools_and_moves_nothing() -> None:
    """Every development tool is pinned, on top of the runtime lock and without touching its versions."""
    tools = tomllib.loads(read("pyproject.toml"))["dependency-groups"]["dev"]
    assert unmet(tools, locked("requirements.lock", "requirements-dev.lock")) == []
    assert not locked("requirements.lock").keys() & locked("requirements-dev.lock").keys()
    assert read("requirements-dev.lock").splitlines()[1] == "-c requirements.lock"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_exact_versions_alone(name: str) -> None:
    """No ranges, addresses, paths, editable installs, hashes or local version parts."""
    lines = [line for line in read(name).splitlines() if not line.startswith(("#", "-c requirements.lock"))]
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


def test_an_unlocked_requirement_is_found() -> None:
    """A missing name and a version outside its range are both reported."""
    lock = {"present": Version("2.1")}
    assert unmet(["Present>=2,<3", "present>=3", "absent"], lock) == ["present>=3", "absent"]


def test_writing_a_lock_drops_what_only_this_machine_knows() -> None:
    """Local version parts, editable installs and paths do not reach the lock."""
    frozen = "torch==2.13.0+cpu\n-e /somewhere/answerable\nown @ file:///somewhere/own.whl\nBabel==2.17.0\n"
    assert pins(frozen) == ["Babel==2.17.0", "torch==2.13.0"]


def test_the_front_end_is_pinned_exactly() -> None:
    """package.json names exact versions, the lock the same ones with their hashes and without addresses."""
    wanted = json.loads(read("package.json"))["dependencies"]
    lock = json.loads(read("package-lock.json"))["packages"]
    installed = {name.removeprefix("node_modules/"): entry for name, entry in lock.items() if name}
    assert wanted == lock[""]["dependencies"] == {name: entry["version"] for name, entry in installed.items()}
    assert all(entry["integrity"].startswith("sha512-") for entry in installed.values())
    assert not any("resolved" in entry or "hasInstallScript" in entry for entry in installed.values())
    assert "omit-lockfile-registry-resolved=true" in read(".npmrc").splitlines()


def test_the_vendored_files_are_the_ones_in_the_manifest() -> None:
    """Each file has the size and the hashes that the pages announce, and no file is there unannounced."""
    files = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["files"]
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there == {*files, "manifest.json"}
    for name, entry in files.items():
        content = (VENDOR / name).read_bytes()
        sha384 = base64.b64encode(hashlib.sha384(content).digest()).decode()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"]), name
        assert entry["integrity"] == f"sha384-{sha384}", name


def test_third_party_files_come_with_their_licences_and_stay_out_of_git() -> None:
    """One licence a package is shipped beside the files, and none of it is tracked."""
    packages = json.loads(read("package.json"))["dependencies"]
    assert len(list((VENDOR / "licences").glob("*.txt"))) == len(packages)
    assert [path for path in tracked_files() if VENDOR in path.parents or "node_modules" in path.parts] == []


def test_tracked_files_name_no_machine() -> None:
    """No path or package host of the machine at hand, whichever it is, has found its way into the repository."""
    words = {word: word.encode() for word in machine_words()}
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked_files()
        for content in [path.read_bytes()]
        for word, needle in words.items()
        if needle in content
    ]
    assert found == []


@pytest.mark.parametrize("target", ["install", "run", "test", "check", "bench", "lock", "format", "clean", "help"])
def test_make_knows_the_target(target: str) -> None:
    """The commands named in the documents exist; a dry run says so without doing anything."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_image_is_built_from_everything_it_needs() -> None:
    """The list of files let into the build context covers the packages and the build's inputs, and no secrets."""
    wheel = tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    allowed = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    needed = {"pyproject.toml", "requirements.lock", "hatch_build.py", "package.json", "package-lock.json", ".npmrc"}
    assert {*wheel, *needed, "README.md", "LICENSE"} == allowed


def test_compose_sets_only_settings_that_exist_and_no_default_password() -> None:
    """Each ANSWERABLE_ variable is a setting, and PostgreSQL does not start without a password of one's own."""
    text = read("compose.yaml")
    services = yaml.safe_load(text)["services"]
    names = {name for name in services["web"]["environment"] if name.startswith("ANSWERABLE_")}
    assert {name.removeprefix("ANSWERABLE_").lower() for name in names} <= Settings.model_fields.keys()
    assert set(re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}", text)) == {"${POSTGRES_PASSWORD:?put it into .env}"}


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """Missing files and headings are reported; headings that exist, the web and code blocks are not."""
    (tmp_path / "other.md").write_text("# What is it?\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md#what-is-it) [b](other.md#gone) [c](gone.md) [d](https://example.org/x) [e](#here)\n"
        "# Here\n```\n[f](not-a-link.md)\n```\n"
    )
    assert broken_links(page) == ["other.md#gone", "gone.md"]
