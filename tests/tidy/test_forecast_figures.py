"""The figures of the forecast in the documents are those of the committed benchmark, row by row."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLUMNS = ("kept", "last_value", "straight_line", "inside")
REGIMES = ("heavy_early", "lapsing", "seasonal_growth")


def told():
    return json.loads((ROOT / "benchmarks" / "forecast.json").read_text())


def share(value, digits=1):
    return f"{value * 100:.{digits}f}%"


def row(figures, columns=COLUMNS):
    cells = [share(figures[name], 0 if name == "inside" else 1) for name in columns]
    return f"| {' | '.join(cells)} |"


def rows():
    """Return the ends of the rows in the order of the tables."""
    result = told()
    regimes = [result["regimes"][name] for name in REGIMES]
    demo = result["demo"]
    compared = [regime[figure] for figure in ("liability", "used", "sales") for regime in regimes]
    compared.append(result["regimes_together"])
    breakage = [row(regime["breakage"], ("true", "forecast", "off", "inside")) for regime in regimes]
    compared_demo = [
        demo[span][figure]
        for span in ("three_months_from_six_to_nine", "last_three_months")
        for figure in ("sales", "issued")
    ]
    return [*(row(each) for each in compared), *breakage, *(row(each) for each in compared_demo)]


@pytest.mark.parametrize("page", ["forecast.md", "forecast.zh-CN.md"])
def test_tables_quote_the_benchmark(page):
    text = (ROOT / "docs" / page).read_text()
    lines = [line for line in text.splitlines() if line.startswith("|") and "%" in line]
    assert [line[line.index("|", 1) :] for line in lines] == rows()
    seeded = told()["demo_with_seeded_redemptions"]
    quoted = [seeded["used_within_the_year"], *(seeded["breakage"][name] for name in ("value", "low", "high"))]
    assert [share(value) for value in quoted if share(value) not in text] == []


def test_the_method_kept_wins_over_the_naive_ones():
    result = told()
    together = result["regimes_together"]
    assert together["kept"] < min(together["last_value"], together["straight_line"])
    for regime in result["regimes"].values():
        for figure in ("sales", "issued", "used"):
            assert regime[figure]["kept"] < min(regime[figure]["last_value"], regime[figure]["straight_line"])
    for figure in result["demo"]["three_months_from_six_to_nine"].values():
        assert figure["kept"] < min(figure["last_value"], figure["straight_line"])
