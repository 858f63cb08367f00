"""The process that dbt runs in: `python -m deliver.dbt_process build ...`.

It ends when its parent does. A build that was killed must not leave a dbt behind that
goes on writing while the next build starts: the parent holds the build lock, and the
lock is gone with it.
"""

from __future__ import annotations

import os
import sys
import threading


def main() -> int:
    """Run dbt with this process's arguments; 0 when everything succeeded."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from dbt.cli.main import dbtRunner

    result = dbtRunner().invoke(sys.argv[1:])
    if result.exception is not None:
        print(result.exception, file=sys.stderr)
    return 0 if result.success else 1


def _end_with_parent() -> None:
    # The parent never writes: reading ends only when its end of the pipe is closed.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
