"""The ECB's file comes in whole or not at all, and every try is recorded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from extract.archive import open_archived
from extract.errors import ContractError, TransientError, TruncatedFetchError
from extract.fx import ecb
from extract.fx.ecb import fetch_ecb_rates

pytestmark = pytest.mark.integration

CALLS = "select source, operation, http_status, error is null from ops.api_calls"


def rates_url(amazon, name: str = "eurofxref-hist-90d.xml") -> str:
    return f"{amazon.url}/stats/eurofxref/{name}"


def test_the_rates_are_archived_as_the_ecb_sent_them(amazon, warehouse):
    archived = fetch_ecb_rates(rates_url(amazon))

    assert (archived.is_new, archived.feed) == (True, "ecb_fx_rates")
    with open_archived(archived.archive_path) as file:
        assert b"<gesmes:Envelope" in file.read(500)
    assert warehouse.rows(
        "select source, authority, original_name, account_code from ops.source_files"
    ) == [("ecb", "official_api", "eurofxref-hist-90d.xml", None)]
    assert warehouse.rows(CALLS) == [("ecb", "getReferenceRates", 200, True)]


def test_an_unchanged_file_is_the_same_file_seen_again(amazon, warehouse):
    first = fetch_ecb_rates(rates_url(amazon))

    again = fetch_ecb_rates(rates_url(amazon))

    assert (again.file_id, again.is_new) == (first.file_id, False)
    assert warehouse.rows("select count(*) from ops.file_sightings") == [2]


def test_the_address_comes_from_company_yml(amazon, warehouse, monkeypatch, tmp_path):
    from config.company import DEMO_COMPANY

    other = tmp_path / "company.yml"
    address = rates_url(amazon, "eurofxref-daily.xml")
    other.write_text(f"{DEMO_COMPANY.read_text()}\nfx: {{ecb_url: '{address}'}}\n")
    monkeypatch.setenv("ACORN_COMPANY", str(other))

    assert ecb.main() == 0

    assert warehouse.rows("select original_name from ops.source_files") == [
        "eurofxref-daily.xml"
    ]


def test_an_error_status_is_transient(amazon, warehouse):
    with pytest.raises(TransientError, match="HTTP 404"):
        fetch_ecb_rates(rates_url(amazon, "no-such-file.xml"))

    assert warehouse.rows(CALLS) == [("ecb", "getReferenceRates", 404, False)]


def test_no_answer_is_transient_and_recorded(warehouse):
    with pytest.raises(TransientError, match="no answer"):
        fetch_ecb_rates("http://127.0.0.1:9/eurofxref.xml")

    assert warehouse.rows(CALLS) == [("ecb", "getReferenceRates", None, False)]


def test_another_format_is_refused_and_not_archived(warehouse):
    page = b"<html><body>Please sign in to the hotel network</body></html>"

    with answering(page, len(page)) as url, pytest.raises(ContractError) as hit:
        fetch_ecb_rates(url)

    assert "company.yml" in str(hit.value) and "hotel" in str(hit.value)
    assert warehouse.rows("select count(*) from ops.source_files") == [0]


def test_a_download_cut_short_is_not_archived(warehouse):
    body = b"<gesmes:Envelope><Cube>"

    with answering(body, 5000) as url, pytest.raises(TruncatedFetchError):
        fetch_ecb_rates(url)

    assert warehouse.rows("select count(*) from ops.source_files") == [0]


def test_an_endless_answer_is_ended(warehouse, monkeypatch):
    monkeypatch.setattr(ecb, "_LARGEST_FILE", 1000)
    body = b"<gesmes:Envelope><Cube>" + b" " * 5000

    with answering(body, len(body)) as url, pytest.raises(ContractError, match="1,000"):
        fetch_ecb_rates(url)


@contextmanager
def answering(body: bytes, announced: int) -> Iterator[str]:
    """A server that announces one length and sends one body, then hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/eurofxref.xml"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
