"""Handed-in files are taken out of gzip or ZIP; what will not open stays as it is."""

import gzip
import io
import zipfile

import pytest

from extract import transport
from extract.transport import unpacked


def zip_of(**contents: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return packed.getvalue()


def deflate64() -> bytes:
    """A ZIP whose entry names method 9, which zipfile cannot unpack."""
    packed = bytearray(zip_of(only="content"))
    packed[8] = packed[packed.index(b"PK\x01\x02") + 10] = 9
    return bytes(packed)


@pytest.mark.parametrize(
    "data",
    [b"content", gzip.compress(b"content"), zip_of(only="content")],
    ids=["plain", "gzip", "zip of one"],
)
def test_the_document_itself_comes_out(tmp_path, data):
    path = tmp_path / "upload"
    path.write_bytes(data)

    with unpacked(path) as document:
        assert document.read_bytes() == b"content"


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"content" * 50)[:-12],
        gzip.compress(b"content")[:4] + b"junk",
        zip_of(one="1", two="2"),
        zip_of(only="content")[:-30],
        deflate64(),
    ],
    ids=["gzip cut short", "gzip damaged", "zip of two", "zip cut short", "deflate64"],
)
def test_what_cannot_be_unpacked_comes_as_it_is(tmp_path, data):
    path = tmp_path / "upload"
    path.write_bytes(data)

    with unpacked(path) as document:
        assert document.read_bytes() == data


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zip_of(only=data)])
def test_what_unpacks_to_more_than_any_document_comes_as_it_is(
    tmp_path, monkeypatch, pack
):
    monkeypatch.setattr(transport, "_LARGEST_DOCUMENT", 6)
    path = tmp_path / "upload"
    path.write_bytes(pack(b"content"))

    with unpacked(path) as document:
        assert document == path
