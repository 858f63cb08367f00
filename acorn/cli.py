"""The `acorn` command: what runs from a shell, in one place.

Each command is a module in `acorn/commands/`, imported when it is called, so that
`acorn status` need not wait for Great Expectations.

Exit codes: 0 done and good, 1 error or a proof that failed, 2 (import) at least one
file was quarantined.
"""

from __future__ import annotations

import importlib
import sys

import click

_COMMANDS = {
    "up": "Start the local stack: Postgres, Airflow, and the sandbox for the demo.",
    "down": "Stop exactly what `acorn up` started here.",
    "status": "Show each part of the local stack: running, healthy, where.",
    "demo": "Start the stack and take the demo company through real DAG runs.",
    "import": "Archive, load and gate files by hand; one verdict line per file.",
    "build": "Run dbt, gate B, and publish the reports.",
    "verify": "Prove every cent: each line in one bucket, lines = declared = profit.",
    "explain": "Show the lines, files and hashes behind a number.",
    "query": "Ask the warehouse in SQL, as the read-only analyst.",
    "release": "Decide about a quarantined file: release it, or have it checked again.",
    "doctor": "Check credentials, roles, clock, disk, ports and versions.",
    "setup": "Set up the server of ACORN_DATABASE_URL; for deployments.",
    "run": "Run one part in the foreground; for containers.",
    "healthy": "Whether one part answers; for containers.",
    "replay": "Empty the warehouse, rebuild it from the archive, compare hashes.",
}


class _LazyGroup(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"acorn.commands.{name}_")
        command: click.Command = module.command
        return command

    def format_commands(
        self, context: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def _acorn() -> None:
    """Amazon settlements, reconciled to the cent.

    State lives in $ACORN_HOME (default: .acorn in the checkout). Start with
    `acorn demo`, or import files of your own with `acorn import FILE --account CODE`.
    """


def main() -> None:
    """Run the command line; errors people can act on come as one sentence, exit 1."""
    try:
        _acorn.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except Exception as error:
        from acorn.errors import ACTIONABLE  # knows every part, so it loads slowly

        if not isinstance(error, ACTIONABLE):
            raise
        click.secho(f"Error: {error}", fg="red", err=True)
        sys.exit(1)
