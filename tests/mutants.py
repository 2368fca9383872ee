"""Is the net fine enough? Faults are planted in the machines, the engine and the generated text, one at a time; the
stories that the oracle told, or else the tests of the part, must notice each.

`python -m tests.mutants` (`make mutants`) tells of each fault, keeps what came of it in benchmarks/mutants.json, and
fails where more than two of sixty go unnoticed.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from time import perf_counter

from benchmarks.figures import machine, write
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.planted import FAULTS, GENERATED, Fault

STORIES = 600
LIMIT = 900  # seconds for tests, which take 10 s to some minutes
LOOPS = 6  # times what the stories take without a fault: a fault that takes longer makes a loop without end
ROOT = Path(__file__).parents[1]
PYTEST = ("-m", "pytest", "-x", "--hypothesis-profile=unshrunk")
TESTS = ("tests/core", "tests/engine", "tests/parity/test_engines.py")


@dataclass(frozen=True)
class Case:
    """A story without the oracle, and what the oracle tells of its members."""

    story: object
    told: list


def collect(path: Path) -> None:
    """Let the oracle live stories, always the same ones, and write them down."""
    from dataclasses import replace

    from tests.parity.histories import stories
    from tests.parity.test_oracle import compiled_or_none, of_person

    cases = []

    @seed(20170101)
    @settings(
        max_examples=STORIES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(stories())
    def live(story):
        compiled = compiled_or_none(story.text)
        if compiled is not None:
            units = len(compiled.program.units)
            told = [of_person(person, units) for person in story.people]
            cases.append(Case(replace(story, people=()), told))

    live()
    path.write_bytes(pickle.dumps(cases))


def notices(path: Path, generated: int | None) -> bool:
    """Tell whether any story goes otherwise at the desk than the oracle told; a crash is noticed too."""
    from tests.parity.at_desk import told_by_desk
    from tests.parity.histories import END
    from tests.parity.test_oracle import compiled_or_none, of_member

    for case in pickle.loads(path.read_bytes()):  # noqa: S301  written by `collect`
        try:
            compiled = compiled_or_none(case.story.text)
            if generated is not None:
                compiled = _changed(compiled, *GENERATED[generated])
            if compiled is None:
                continue
            members = told_by_desk(compiled, case.story, END).members
        except Exception:  # noqa: BLE001  whatever a fault brings about
            return True
        if [of_member(member) for member in members] != case.told:
            return True
    return False


def _changed(compiled, before, after):
    """Return a program with a fault in its generated text; None where it has no such text."""
    from dataclasses import replace

    text = compiled.executable
    return replace(compiled, source=text.replace(before, after, 1)) if before in text else None


def planted(fault: Fault, folder: Path) -> Path:
    """Copy the project with one fault."""
    copytree(ROOT, folder, ignore=ignore_patterns(".*", "vendor", "__pycache__", "docs"), dirs_exist_ok=True)
    path = folder / "src" / "shuke" / fault.file
    text = path.read_text("utf-8")
    assert text.count(fault.before) == 1, fault
    path.write_text(text.replace(fault.before, fault.after), "utf-8")
    return folder


def ends_well(arguments: list[str], folder: Path, limit: float = LIMIT) -> bool:
    """Run Python in a copy of the project, for some seconds at most."""
    environment = {"PYTHONPATH": f"{folder / 'src'}:{folder}", "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    try:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=folder, capture_output=True, check=False, timeout=limit
        )
    except subprocess.TimeoutExpired:  # a loop without end
        return False
    return done.returncode == 0


def unnoticed(fault: Fault, stories: Path, limit: float) -> bool:
    """Tell whether neither the stories nor the tests notice a fault; the stories don't reach the rooms."""
    with tempfile.TemporaryDirectory() as name:
        folder = planted(fault, Path(name))
        folder.chmod(0o755)  # PostgreSQL runs as another user where one is root
        if not fault.file.startswith("rooms/") and not ends_well(
            ["-m", "tests.mutants", "--notices", str(stories)], folder, limit
        ):
            return False
        return all(ends_well([*PYTEST, each], folder) for each in fault.tests or TESTS)


def untold(number: int, stories: Path, limit: float) -> bool:
    """Tell whether the stories go on as they were with a fault in the generated text."""
    return ends_well(["-m", "tests.mutants", "--notices", str(number), str(stories)], ROOT, limit)


def main() -> int:
    """Plant every fault, as many at once as there are processors; return 1 where too many go unnoticed."""
    started, faults = perf_counter(), []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        stories = Path(folder) / "stories"
        collect(stories)
        begun = perf_counter()
        assert not notices(stories, None), "without a fault, oracle and desk disagree"
        limit = LOOPS * (perf_counter() - begun)
        under_way = [(fault, pool.submit(unnoticed, fault, stories, limit)) for fault in FAULTS]
        for number, (before, after) in enumerate(GENERATED):
            under_way.append((Fault("generated", before, after), pool.submit(untold, number, stories, limit)))
        for fault, missed in under_way:
            _tell(faults, fault.file, fault.before.strip("\n"), fault.after.strip("\n"), missed.result())
    noticed = sum(fault["noticed"] for fault in faults)
    result = {"noticed": noticed, "of": len(faults), "seconds": round(perf_counter() - started)}
    write(
        "mutants", {"what": "Planted faults that the tests notice.", **result, "machine": machine(), "faults": faults}
    )
    return 1 if (len(faults) - noticed) * 60 > 2 * len(faults) else 0


def _tell(faults: list[dict[str, object]], file: str, before: str, after: str, missed: bool) -> None:
    faults.append({"file": file, "before": before, "after": after, "noticed": not missed})
    sys.stderr.write(f"{'UNNOTICED' if missed else 'noticed  '} {file} | {before} → {after}\n")


if __name__ == "__main__":
    if "--notices" in sys.argv:
        number = None if len(sys.argv) == 3 else int(sys.argv[2])
        sys.exit(1 if notices(Path(sys.argv[-1]), number) else 0)
    sys.exit(main())
