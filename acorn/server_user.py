"""The user the embedded Postgres runs as: ours, or `nobody` when we are root.

Postgres refuses to run as root. As `nobody` it needs a way to its data folder and to
its binaries, which lie in folders that may be closed to others.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from pathlib import Path


class FolderClosed(Exception):
    """The server's user may not enter a folder; the message says what to do."""


def server_user() -> pwd.struct_passwd | None:
    """The user to change to; None: stay who we are."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def own_by_server(path: Path) -> None:
    """Give a path to the server's user."""
    user = server_user()
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def require_reach(home: Path, *others: Path) -> None:
    """See that the server's user gets to `home`, which is ours to open, and `others`.

    Raises:
        FolderClosed: a folder on the way is closed to it.
    """
    user = server_user()
    if user is None:
        return
    home.chmod(home.stat().st_mode | 0o001)  # what is secret in it has mode 0600
    for target in (home, *others):
        for folder in reversed([target, *target.parents]):
            if not _may_enter(folder, user):
                raise FolderClosed(
                    f"Started as root, Postgres runs as the user {user.pw_name}, which "
                    f"may not enter {folder}, on the way to {target}. Either run "
                    f"`chmod o+x {folder}`, or start Acorn as an ordinary user, or "
                    f"keep the checkout and ACORN_HOME in folders open to all."
                )


def run_as_server(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of Postgres as the server's user; its output is in `stdout`."""
    user = server_user()
    with tempfile.TemporaryFile("w+") as output:  # a pipe would wait for the server
        done = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", ""), "HOME": "/tmp", "LC_ALL": "C"},
            cwd="/",
            start_new_session=True,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        output.seek(0)
        return subprocess.CompletedProcess(
            done.args, done.returncode, output.read(), ""
        )


def _may_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    # Asked of the kernel, as that user: mode bits alone leave out access lists.
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
    )
    return asked.returncode == 0
