"""Which build a run is about, and whether it still matters."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def newest_build_id() -> int:
    """The newest build that is built.

    Raises:
        AirflowFailException: there is none yet.
    """
    found = _newest("select max(build_id) from ops.builds where status = 'built'")
    if found is None:
        raise AirflowFailException("There is no build yet: run transform_warehouse.")
    return found


def skip_if_current() -> None:
    """Skip the task when the newest build has seen every decision there is.

    Events that come while a run waits for its turn start one more run, although the
    first one's build has them already.
    """
    found = _newest(
        """
        select build_id from ops.builds
        where build_id = (select max(build_id) from ops.builds)
            and status = 'built'
            and as_of >= (select max(decided_at) from ops.load_batches)
            -- A decision carries the time its transaction began, so it may come late.
            and not exists (
                select 1 from ops.load_batches as batch
                where batch.status in ('accepted', 'released')
                    and not exists (
                        select 1 from ops.visible_batches as visible
                        where visible.batch_id = batch.batch_id
                    )
            )
        """
    )
    if found is not None:
        raise AirflowSkipException(f"Build {found} has all that was decided.")


def _newest(statement: str) -> int | None:
    from config.warehouse import connect

    with connect("transformer") as connection:
        row = connection.execute(statement).fetchone()
    return row[0] if row else None
