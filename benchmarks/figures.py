"""What every benchmark shares: the machine and versions beside the figures, medians, one JSON file a benchmark."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

FOLDER = Path(__file__).parent


def machine(*packages: str) -> dict[str, Any]:
    """Return what a figure depends on: processor, cores, memory, Python and the named packages' versions."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {
        "processor": next((line.split(":")[1].strip() for line in lines if "model name" in line), ""),
        "cores": os.cpu_count(),
        "memory_gib": memory,
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, least and most of repeated figures."""
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
        "runs": len(values),
    }


def over(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, float]:
    """Return the spread of the ratios of two sides that ran in turn."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True)])


def write(name: str, result: dict[str, Any]) -> None:
    """Print a result and keep it beside the benchmark."""
    text = json.dumps(result, ensure_ascii=False, indent=2)
    (FOLDER / f"{name}.json").write_text(text + "\n")
    print(text)
