"""Is the net fine enough? Faults are planted in the machines, the engine and the generated text, one at a time; the
stories that the oracle told, or else the tests of the part, must notice each.

`python -m tests.mutants` (`make mutants`) tells of each fault, and fails where one goes unnoticed.
"""

import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.planted import FAULTS, GENERATED, Fault

STORIES = 600
SOURCE = Path(__file__).parents[1] / "src" / "shuke"
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
    """Copy the sources with one fault."""
    copytree(SOURCE, folder / "shuke")
    path = folder / "shuke" / fault.file
    text = path.read_text("utf-8")
    assert text.count(fault.before) == 1, fault
    path.write_text(text.replace(fault.before, fault.after), "utf-8")
    return folder


def run(arguments: list[str], sources: Path) -> bool:
    """Run Python over some sources; return whether it ended well."""
    root = SOURCE.parents[1]
    path = {"PYTHONPATH": f"{sources}:{root}", "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    return (
        subprocess.run([sys.executable, *arguments], env=path, cwd=root, capture_output=True, check=False).returncode
        == 0
    )


def unnoticed(fault: Fault, stories: Path) -> bool:
    """Tell whether neither the stories nor the tests notice a fault."""
    with tempfile.TemporaryDirectory() as folder:
        sources = planted(fault, Path(folder))
        if not run(["-m", "tests.mutants", "--notices", str(stories)], sources):
            return False
        return all(
            run(["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", each], sources) for each in fault.tests or TESTS
        )


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main() -> int:
    left = []
    with tempfile.TemporaryDirectory() as folder:
        stories = Path(folder) / "stories"
        collect(stories)
        assert not notices(stories, None), "without a fault, oracle and desk disagree"
        for fault in FAULTS:
            seen = not unnoticed(fault, stories)
            say(
                "noticed  " if seen else "UNNOTICED",
                fault.file,
                "|",
                fault.before.strip(),
                "→",
                fault.after.strip(),
                flush=True,
            )
            left += [] if seen else [fault]
        for number, (before, after) in enumerate(GENERATED):
            seen = notices(stories, number)
            say("noticed  " if seen else "UNNOTICED", "generated |", before, "→", after)
            left += [] if seen else [(before, after)]
    total = len(FAULTS) + len(GENERATED)
    say(f"{total - len(left)} of {total} faults noticed")
    return 1 if left else 0


if __name__ == "__main__":
    if "--notices" in sys.argv:
        sys.exit(1 if notices(Path(sys.argv[-1]), None) else 0)
    sys.exit(main())
