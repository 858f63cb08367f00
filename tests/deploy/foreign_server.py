"""A Postgres that is not ours: other binaries, another home, an administrator who is no
superuser, and TLS with a certificate authority of its own where the binaries can.

Debian's newest server of version 15 or later, else the wheel's, which has no TLS.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from acorn.ports import free_port
from acorn.postgres import _binary
from acorn.server_user import own_by_server, server_user

ADMINISTRATOR, PASSWORD = "dba", "of the/dba?"


@dataclass(frozen=True)
class ForeignServer:
    """Where it is; `authority` signed its certificate, None without TLS."""

    port: int
    authority: Path | None

    def url(self, **options: str) -> str:
        """ACORN_DATABASE_URL without anybody's name or password."""
        if self.authority and not options:
            options = {"sslmode": "verify-full", "sslrootcert": str(self.authority)}
        query = "&".join(f"{name}={quote(value)}" for name, value in options.items())
        return f"postgresql://127.0.0.1:{self.port}/?{query}"

    def administrators_url(self) -> str:
        """The same for who may create roles and databases."""
        login = f"{ADMINISTRATOR}:{quote(PASSWORD, safe='')}@"
        return self.url().replace("//", f"//{login}", 1)

    def connect(self, role: str, password: str, database: str) -> psycopg.Connection:
        """A connection of a role, as a stranger would open one."""
        return psycopg.connect(
            f"host=127.0.0.1 port={self.port}",
            user=role,
            password=password,
            dbname=database,
            autocommit=True,
        )


@contextmanager
def foreign_server() -> Iterator[ForeignServer]:
    """Start one, with the administrator in it; stop and remove it in the end."""
    binaries, has_tls = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="acorn-foreign-"))
    folder.chmod(0o755)  # a server started by root runs as another user
    data = folder / "data"
    data.mkdir()
    authority = _certify(folder) if has_tls else None
    port = free_port()
    try:
        _initialise(binaries, folder, data, port, has_tls)
        _run(binaries, "pg_ctl", *_control(data, folder), "start")
        try:
            server = ForeignServer(port, authority)
            with server.connect("postgres", "of postgres", "postgres") as connection:
                connection.execute(
                    f"create role {ADMINISTRATOR} login createrole createdb"
                    f" password '{PASSWORD}'"
                )
            yield server
        finally:
            _run(binaries, "pg_ctl", *_control(data, folder), "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder)


def _binaries() -> tuple[Path, bool]:
    def version(folder: Path) -> int:
        return int(folder.parent.name)

    found = [
        folder
        for folder in Path("/usr/lib/postgresql").glob("[0-9]*/bin")
        if (folder / "initdb").exists() and version(folder) >= 15
    ]
    if found:
        return max(found, key=version), True
    return Path(_binary("initdb")).parent, False


def _initialise(
    binaries: Path, folder: Path, data: Path, port: int, has_tls: bool
) -> None:
    password_file = folder / "password"
    password_file.write_text("of postgres")
    for path in folder.iterdir():
        own_by_server(path)
    own_by_server(folder)
    _run(
        binaries,
        "initdb",
        *("-D", str(data), "-U", "postgres", "--locale=C", "--encoding=UTF8"),
        *("--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"),
    )
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"listen_addresses = '127.0.0.1'\nport = {port}\n")
        settings.write("unix_socket_directories = ''\nfsync = off\n")
        settings.write("max_connections = 150\n")
        if has_tls:
            settings.write(f"ssl = on\nssl_cert_file = '{folder}/server.pem'\n")
            settings.write(f"ssl_key_file = '{folder}/server.key'\n")


def _control(data: Path, folder: Path) -> tuple[str, ...]:
    return ("-D", str(data), "-l", str(folder / "server.log"), "-w")


def _run(binaries: Path, program: str, *arguments: str) -> None:
    user = server_user()
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    done = subprocess.run(
        [str(binaries / program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would wait for the server
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        cwd="/",
        **(who if user else {}),  # type: ignore[arg-type]
    )
    assert done.returncode == 0, f"{program} failed"


def _certify(folder: Path) -> Path:
    """A new authority, and the server's certificate from it; answers the authority."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    server_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Test authority", authority_key, None, authority_key)
    server = _certificate("127.0.0.1", server_key, authority, authority_key)
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem))
    key_file = folder / "server.key"
    key_file.write_bytes(
        server_key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    key_file.chmod(0o600)
    return folder / "authority.pem"


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(issuer is None, None), critical=True)
    )
    if issuer:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(
            x509.SubjectAlternativeName([address]), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())
