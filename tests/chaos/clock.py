"""A clock that jumps: the child's own, and that of the warehouse.

In the child, `time.time` and `datetime.now` answer shifted times. In the database a
function `now` found before PostgreSQL's own answers the shifted time, for statements
that the product sends and for defaults of columns.
"""

from __future__ import annotations

import datetime as datetime_module
import random
import time

from acorn.postgres import admin_connection
from config.warehouse import database_name
from extract.amazon.throttle import Throttle
from tests.chaos.interception import replace_everywhere

# In tuples, where `replace_everywhere` does not find them.
_TIME = (time.time,)
_DATETIME = (datetime_module.datetime,)


class _AnyDatetime(type):
    """Moments made before the jump, or by drivers, are datetimes as before."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _DATETIME)


def prepare_database() -> None:
    """Let statements of new sessions find our `now` first; the jump is still zero."""
    database = database_name()
    with admin_connection(database) as connection:
        connection.execute("create schema chaos_clock")
        connection.execute(
            "create table chaos_clock.jump as select interval '0 seconds' as jump"
        )
        connection.execute(
            """
            create function chaos_clock.now() returns timestamptz
            language sql stable security definer
            return pg_catalog.now() + (select jump from chaos_clock.jump)
            """
        )
        connection.execute("grant usage on schema chaos_clock to public")
        defaults = connection.execute(
            """
            select attrelid::regclass, attname from pg_attrdef
            inner join pg_attribute on (attrelid, attnum) = (adrelid, adnum)
            where pg_get_expr(adbin, adrelid) = 'now()'
            """
        ).fetchall()
        for table, column in defaults:
            connection.execute(
                f"alter table {table} alter {column} set default chaos_clock.now()"
            )
        connection.execute(
            f"alter database {database} set search_path"
            ' = chaos_clock, pg_catalog, "$user", public'
        )


def set_database(seconds: int) -> None:
    """Set the database's clock off by so much."""
    with admin_connection(database_name()) as connection:
        connection.execute(
            "update chaos_clock.jump set jump = make_interval(secs => %s)", [seconds]
        )


def jump(seconds: int) -> None:
    """From now on both clocks are off by so much."""

    (real_time,), (real,) = _TIME, _DATETIME

    class Shifted(real, metaclass=_AnyDatetime):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: datetime_module.tzinfo | None = None) -> Shifted:
            moment = real.now(tz) + datetime_module.timedelta(seconds=seconds)
            return cls.fromisoformat(moment.isoformat())

    time.time = lambda: real_time() + seconds
    Throttle.__init__.__defaults__ = (time.time, time.sleep, random.random)
    replace_everywhere(real_time, time.time)  # type: ignore[arg-type]
    replace_everywhere(real, Shifted)
    set_database(seconds)
