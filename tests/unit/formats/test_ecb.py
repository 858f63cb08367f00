"""The ECB's rate file: every rate with its line; odd XML is refused."""

import io

import pytest

from extract.errors import ContractError
from extract.formats.ecb import read_ecb_rates

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
    "<gesmes:subject>Reference rates</gesmes:subject>\n"
    "<Cube>{}</Cube></gesmes:Envelope>\n"
)


def read(text: str):
    return list(read_ecb_rates(io.BytesIO(text.encode())))


def test_rates_keep_their_text_and_line():
    found = read(
        ENVELOPE.format(
            '\n<Cube time="2026-06-17">\n<Cube currency="USD" rate="1.0810"/>'
            '<Cube currency="JPY" rate="171.5"/></Cube>\n'
            '<Cube time="2026-06-16"><Cube currency="USD" rate="1.08"/></Cube>'
        )
    )

    assert found == [
        (6, ("2026-06-17", "USD", "1.0810")),
        (6, ("2026-06-17", "JPY", "171.5")),
        (7, ("2026-06-16", "USD", "1.08")),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ENVELOPE.format(""), "at least one rate"),
        (ENVELOPE.format('<Cube currency="USD" rate="1"/>'), "a date and a rate"),
        (ENVELOPE.format('<Cube time="2026-06-17">'), "well-formed XML"),
        ('<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>', "document type"),
    ],
)
def test_other_xml_is_refused(text, told):
    with pytest.raises(ContractError, match=told):
        read(text)
