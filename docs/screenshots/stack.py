"""Where the running stack is and how to sign in, read from ACORN_HOME."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from config.home import acorn_home, secret


class StackDown(Exception):
    """No stack was started here; the message says what to run."""


@dataclass(frozen=True)
class Stack:
    """Addresses, and who signs in. Passwords do not show in `repr`."""

    airflow_url: str
    superset_url: str
    airflow_admin: tuple[str, str] = field(repr=False)
    # Dashboards are shown as finance sees them, not as the administrator does.
    reader: tuple[str, str] = field(repr=False)

    @classmethod
    def running(cls) -> Stack:
        """The stack of this ACORN_HOME.

        Raises:
            StackDown: none was started here.
        """
        path = acorn_home() / "run" / "settings.json"
        if not path.exists():
            raise StackDown(f"No stack runs in {acorn_home()}. Run `make demo` first.")
        settings = json.loads(path.read_text())
        return cls(
            airflow_url=f"http://127.0.0.1:{settings['web_port']}",
            superset_url=f"http://127.0.0.1:{settings['superset_port']}",
            airflow_admin=("admin", secret("airflow_admin_password")),
            reader=("finance", secret("person_finance_password")),
        )
