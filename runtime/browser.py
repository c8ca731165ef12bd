"""A headless Chromium or Chrome, where the machine has one: what draws pictures and prints pages."""

import os
import shutil
import subprocess

from runtime.errors import MachineError

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def found() -> str | None:
    """The browser that CHROMIUM names, or the first on the PATH; None where there is none."""
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *NAMES))), None)


def run(*words: str, timeout_s: float) -> str:
    """What it prints, run once without a window; MachineError where there is none, it fails, or takes too long."""
    browser = found()
    if browser is None:
        raise MachineError("no Chromium or Chrome is on the PATH", "Install one, or name it in CHROMIUM.")
    own = ["--no-sandbox"] if os.geteuid() == 0 else []  # its own sandbox refuses to run as root
    command = [browser, "--headless", "--disable-gpu", *own, *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired:
        raise MachineError(f"{browser} took more than {timeout_s:.0f} s", "Look whether it hangs; try again.") from None
    if done.returncode:
        raise MachineError(f"{browser} ended with {done.returncode}", done.stderr.strip()[-500:])
    return done.stdout
