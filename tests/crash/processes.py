"""The service as real processes that can be killed at any moment and started again."""

import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

PATIENCE = 180.0
"""Seconds to wait for what takes two on a machine with nothing else to do."""

ROOT = Path(__file__).resolve().parents[2]


class ServiceProcess:
    """One `python -m copilot …`, whose standard error goes to a file."""

    def __init__(self, arguments: Sequence[str], settings: Mapping[str, str], folder: Path, name: str) -> None:
        self.command = [sys.executable, "-m", "copilot", *arguments]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSWERABLE_", "OPENAI_"))}
        self.environment = {**kept, **settings, "PYTHONPATH": str(ROOT)}
        self.folder, self.log = folder, folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL: nothing can be tidied up."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self, timeout: float) -> int:
        """SIGTERM; returns the exit code. Raises `subprocess.TimeoutExpired` when it does not end in time."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.process = None
        return code

    def running(self) -> bool:
        """Whether the process has not ended by itself."""
        return self.process is not None and self.process.poll() is None

    def logged(self) -> str:
        """Everything it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def running(processes: Sequence[ServiceProcess]) -> Iterator[None]:
    """Start all, and leave none behind."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in processes:
            process.kill()


def wait_until_answering(url: str, timeout: float = PATIENCE) -> float:
    """Wait for `/health`; returns the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < timeout:
        try:
            if local_http().get(f"{url}/health", timeout=2).is_success:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer within {timeout:g} s")


@functools.cache
def local_http() -> httpx.Client:
    """A client for this machine's services, which come and go: it keeps no connection.

    One for all, and without the machine's certificates, which each new client would read for a tenth of a second.
    """
    return httpx.Client(verify=False, limits=httpx.Limits(max_keepalive_connections=0))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
