"""Encodings are found from all of the bytes; what is no text is refused by line."""

import io

import pytest

from extract.errors import ContractError
from extract.formats.encoding import TextForm, find_text_form, refuse_other_kinds
from tests.unit.formats.settlements import settlement

JAPANESE = {"currency": "JPY", "total-amount": "105"}


def form(data: bytes, **context) -> TextForm:
    return find_text_form(io.BytesIO(data), **context)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (settlement(), "utf-8"),
        (settlement({"sku": "größe"}), "utf-8"),
        (b"\xef\xbb\xbf" + settlement({"sku": "größe"}), "utf-8-sig"),
        (settlement({"sku": "größe"}, encoding="cp1252"), "cp1252"),
        (settlement({"sku": "表示"}, header=JAPANESE, encoding="cp932"), "cp932"),
        (
            settlement(
                {"sku": "表示", "marketplace-name": "amazon.co.jp"}, encoding="cp932"
            ),
            "cp932",
        ),
    ],
)
def test_encoding_follows_from_the_content(data, encoding):
    assert form(data).encoding == encoding


def test_context_decides_only_where_the_content_is_silent():
    silent = b"settlement-id\tsku\n1\t" + "表示".encode("cp932") + b"\n"
    american = settlement({"sku": "größe"}, encoding="cp1252")

    assert form(silent, marketplace_ids=("A1VC38T7YXB528",)).encoding == "cp932"
    assert form(silent, region="FE").encoding == "cp932"
    assert form(silent, region="EU").encoding == "cp1252"
    assert form(american, region="FE").encoding == "cp1252"


def test_letters_late_in_a_large_file_are_seen():
    data = settlement(*[{}] * 20_000, {"sku": "größe"}, encoding="cp1252")

    assert len(data) > 2 << 20
    assert form(data).encoding == "cp1252"


def test_letter_across_two_chunks_is_still_utf8():
    lead = b"x" * ((1 << 20) - 1)

    assert form(lead + "ß\n".encode()).encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"a\nb\n", "lf"),
        (b"a\r\nb\r\n", "crlf"),
        (b"a\r\nb\n", "mixed"),
        (b"x" * ((1 << 20) - 1) + b"\r\nb\r\n", "crlf"),
    ],
)
def test_line_ends_are_told(data, ending):
    assert form(data).line_ending == ending


def test_bytes_that_are_no_text_are_refused_with_their_line():
    data = settlement({}, {"sku": "größe"}, encoding="cp1252").replace(b"\xf6", b"\x81")

    with pytest.raises(ContractError) as refusal:
        form(data)

    assert (refusal.value.check_name, refusal.value.line_number) == (
        "single_encoding",
        4,
    )


def test_two_encodings_in_one_file_are_refused():
    data = settlement({"sku": "größe"}) + "x\tgröße\n".encode("cp1252")

    with pytest.raises(ContractError, match="UTF-8 in line 3, another in line 4"):
        form(data)


def test_nul_bytes_are_refused_with_their_line():
    with pytest.raises(ContractError) as refusal:
        form(b"a\nb\nc\0d\n")

    assert refusal.value.line_number == 3


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"", "no content"),
        (b" \r\n", "no content"),
        (b"\x1f\x8b\x08\x00", "gzip archive that is cut short"),
        (b"PK\x03\x04", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        ("settlement".encode("utf-16"), "UTF-16"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b'{"errors": []}', "JSON"),
    ],
)
def test_other_kinds_of_file_are_named(head, told):
    with pytest.raises(ContractError, match=told):
        refuse_other_kinds(head, "a settlement")
