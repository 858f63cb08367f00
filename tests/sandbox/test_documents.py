"""Documents: bytes, compression, expiry, spoiled downloads."""

from __future__ import annotations

import gzip
from hashlib import sha256
from typing import Any

import pytest

from tests.sandbox.conftest import Api, World


def by_compression(api: Api, compressed: bool) -> dict[str, Any]:
    """The first document that is compressed, or not."""
    for number in range(12):
        found: dict[str, Any] = api.document(number).json()
        if ("compressionAlgorithm" in found) == compressed:
            return found
    raise AssertionError("no such document")


@pytest.fixture
def hashes(world: World) -> set[str]:
    return {entry["sha256"] for entry in world.files}


def test_plain_document_has_the_bytes_of_the_file(api: Api, hashes: set[str]) -> None:
    answer = api.client.get(by_compression(api, False)["url"])

    assert sha256(answer.content).hexdigest() in hashes


def test_gzip_document_unpacks_to_the_file(api: Api, hashes: set[str]) -> None:
    answer = api.client.get(by_compression(api, True)["url"])

    assert "content-encoding" not in answer.headers
    assert sha256(gzip.decompress(answer.content)).hexdigest() in hashes


def test_content_encoding_on_request(api: Api, hashes: set[str]) -> None:
    document_id = by_compression(api, True)["reportDocumentId"]
    found = api.get(
        f"/reports/2021-06-30/documents/{document_id}",
        enableContentEncodingUrlHeader="true",
    ).json()
    answer = api.client.get(found["url"])

    assert answer.headers["content-encoding"] == "gzip"
    assert sha256(answer.content).hexdigest() in hashes


def test_url_expires_after_five_minutes(api: Api) -> None:
    url = api.document().json()["url"]
    api.clock.pass_by(300)
    assert api.client.get(url).status_code == 200

    api.clock.pass_by(1)
    answer = api.client.get(url)

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/xml"
    assert "Request has expired" in answer.text


def test_changed_url_is_refused(api: Api) -> None:
    url = api.document().json()["url"]
    later = url.replace("expires=", "expires=9")

    assert api.client.get(later).status_code == 403
    assert "SignatureDoesNotMatch" in api.client.get(later).text


def test_second_authorisation_is_refused(api: Api) -> None:
    url = api.document().json()["url"]

    assert api.client.get(url, headers={"authorization": "x"}).status_code == 400


def test_document_of_another_seller_is_404(api: Api) -> None:
    document_id = api.document().json()["reportDocumentId"]
    api.login("eu-demo", "EU")

    answer = api.get(f"/reports/2021-06-30/documents/{document_id}")
    assert answer.status_code == 404


def test_half_of_the_documents_name_their_charset(api: Api) -> None:
    kinds = {
        api.client.get(api.document(n).json()["url"]).headers["content-type"]
        for n in range(7)
    }

    assert "application/octet-stream" in kinds
    assert any("charset=" in kind for kind in kinds)


def test_expired_url_on_demand_then_a_fresh_one_works(api: Api) -> None:
    api.fault(kind="expire_document_url")
    url = api.document().json()["url"]

    assert api.client.get(url).status_code == 403
    assert api.client.get(url).status_code == 200


def test_cut_document_on_demand(api: Api) -> None:
    url = by_compression(api, True)["url"]
    api.fault(kind="truncate_gzip")

    with pytest.raises(EOFError):
        gzip.decompress(api.client.get(url).content)
    assert gzip.decompress(api.client.get(url).content)


def test_html_page_instead_of_the_document_on_demand(api: Api) -> None:
    url = api.document().json()["url"]
    api.fault(kind="html_error_page")

    answer = api.client.get(url)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_store_can_fail_on_demand(api: Api) -> None:
    url = api.document().json()["url"]
    api.fault(kind="server_error", operation="download")

    assert [api.client.get(url).status_code for _ in range(2)] == [503, 200]
