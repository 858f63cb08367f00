"""Which build a run is about when no asset event says so."""

from __future__ import annotations


def newest_build_id() -> int:
    """The newest build that is built.

    Raises:
        AirflowFailException: there is none yet.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from config.warehouse import connect

    with connect("transformer") as connection:
        found = connection.execute(
            "select max(build_id) from ops.builds where status = 'built'"
        ).fetchone()
    if found is None or found[0] is None:
        raise AirflowFailException("There is no build yet: run transform_warehouse.")
    return int(found[0])
