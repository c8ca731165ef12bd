"""The machine that figures were measured on, in plain values."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from benchmarks.kept import KERNEL, ROOT


def described() -> dict[str, Any]:
    """Cores, CPU, memory, versions, the load of the last minute, and whether the kernel is there."""
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "java": _java(),
        "spark": version("pyspark"),
        "delta": version("delta-spark"),
        "kafka": _kafka(),
        "kernel": importlib.util.find_spec(KERNEL) is not None,
        "load_before": load(),
    }


def load() -> float | None:
    """The load of the last minute, None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _cpu() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _java() -> str:
    from runtime.java import find_java

    command = find_java().home / "bin" / "java"
    done = subprocess.run([command, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'"(.+?)"', done.stderr)
    return found[1] if found else "unknown"


def _kafka() -> str:
    found = re.search(r"org\.apache\.kafka:kafka_2\.13:([\d.]+)", (ROOT / "jars.lock").read_text("utf-8"))
    return found[1] if found else "unknown"
