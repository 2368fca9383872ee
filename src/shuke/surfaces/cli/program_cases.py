"""`shuke program test`: the test cases of a program file, and why each that fails comes to something else."""

from typing import TYPE_CHECKING

from shuke.surfaces.cli.programs import judged, read
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, words

if TYPE_CHECKING:
    from shuke.engine.trying import CaseResult


def test(file: str, *, as_json: bool) -> int:
    """Run all cases of a file, and print what fails with the trace of its decision.

    Raises: Refusal `file_not_found`, `file_unreadable`.
    """

    def run() -> "list[CaseResult]":
        from shuke.engine.compile import compile_program
        from shuke.engine.schema import load_program
        from shuke.engine.trying import run_cases

        return run_cases(compile_program(load_program(read(file))))

    done = judged(file, run, as_json=as_json)
    if done is None:
        return Exit.FAILED
    failed = sum(bool(each.failures) for each in done)
    data = {
        "cases": [
            {
                "case": each.case.code,
                "line": each.case.line,
                "passed": not each.failures,
                "failures": [dict(zip(("what", "expected", "found"), said, strict=True)) for said in each.failures],
                "why": _why(each),
            }
            for each in done
        ],
        "failed": failed,
    }
    lines = [line for each in done for line in _lines(file, each)]
    passed = len(done) - failed
    lines.append(words(f"{passed} passed, {failed} failed", f"通过 {passed}，失败 {failed}"))
    result(data, lines, as_json=as_json)
    return Exit.FAILED if failed else Exit.OK


def _lines(file: str, done: "CaseResult") -> list[str]:
    if not done.failures:
        return [words(f"{done.case.code}: as it has to be", f"{done.case.code}：符合")]
    place = f"{file}:{done.case.place}: {done.case.code}"
    told = [
        words(f"{place}: {what} should be {wanted}, and is {found}", f"{place}：{what} 应为 {wanted}，实为 {found}")
        for what, wanted, found in done.failures
    ]
    return [*told, *(f"  {line}" for line in _why(done))]


def _why(done: "CaseResult") -> list[str]:
    from shuke.core.program import wording
    from shuke.engine.explanation import EN_LABELS, ZH_LABELS

    if done.tried is None:
        return []
    labels = ZH_LABELS if in_chinese() else EN_LABELS
    return wording.render(done.tried.decision, words("en", "zh"), labels)
