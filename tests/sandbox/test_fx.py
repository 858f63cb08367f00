"""Reference rates: format, days, stability."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from sandbox import fx

SPACE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}"


def days_of(text: str) -> list[ElementTree.Element]:
    outer = ElementTree.fromstring(text).find(f"{SPACE}Cube")
    assert outer is not None
    return list(outer)


def test_files_made_on_different_days_agree() -> None:
    short = fx.render(date(2026, 3, 1), date(2026, 3, 31))
    long = fx.render(date(2026, 1, 1), date(2026, 6, 30))

    rates = {d.get("time"): [c.attrib for c in d] for d in days_of(long)}
    assert all(rates[d.get("time")] == [c.attrib for c in d] for d in days_of(short))


def test_only_business_days_newest_first() -> None:
    days = [
        d.get("time") for d in days_of(fx.render(date(2026, 4, 1), date(2026, 5, 4)))
    ]

    assert days == sorted(days, reverse=True)
    # Good Friday, Easter Monday, Labour Day, a Saturday.
    assert not {"2026-04-03", "2026-04-06", "2026-05-01", "2026-05-02"} & set(days)
    assert {"2026-04-02", "2026-04-07", "2026-05-04"} <= set(days)


def test_every_currency_has_a_plausible_rate_each_day(world: object) -> None:
    for day in days_of(fx.render(date(2026, 9, 1), date(2026, 9, 30))):
        rates = {c.get("currency"): c.get("rate") for c in day}
        assert len(rates) == 29
        for currency, rate in rates.items():
            typical = fx.TYPICAL[str(currency)]
            low, high = float(typical) * 0.95, float(typical) * 1.05
            assert low < float(str(rate)) < high
            assert len(str(rate).split(".")[1]) == len(typical.split(".")[1])


def test_command_line_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "rates.xml"
    fx.main(["--from", "2026-10-01", "--until", "2026-10-31", "--out", str(out)])

    assert len(days_of(out.read_text(encoding="utf-8"))) == 22
