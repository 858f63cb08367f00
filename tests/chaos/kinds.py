"""The kinds of fault, and how often each is dealt to a command."""

KINDS = {
    "kill at a step": "SIGKILL before or after a named function's n-th call",
    "kill at a random time": "SIGKILL at a random moment of the command",
    "kill at a dbt model": "SIGKILL of the build, or of its dbt, after the n-th node",
    "server crash at a step": "SIGKILL or immediate stop of Postgres at such a step",
    "server crash at a random time": "the same, or SIGKILL of one server process",
    "disk full, files": "no file of the command may grow over a random size",
    "disk full, server": "Postgres' file system has a random rest of room",
    "two at once": "the same command twice, begun within a second",
    "two DAG runs at once": "the task functions of two runs of a DAG",
    "clock jump": "client's and database's clock jump by minutes to days at a step",
}
INTAKE = (
    *["kill at a step"] * 6,
    *["kill at a random time"] * 3,
    *["server crash at a step"] * 2,
    "server crash at a random time",
    *["disk full, files"] * 2,
    *["disk full, server"] * 2,
    *["two at once"] * 2,
    "two DAG runs at once",
    *["clock jump"] * 2,
)
BUILD = (
    *["kill at a step"] * 5,
    *["kill at a random time"] * 3,
    *["kill at a dbt model"] * 4,
    *["server crash at a step"] * 2,
    *["server crash at a random time"] * 2,
    "disk full, files",
    *["disk full, server"] * 2,
    "two at once",
    "two DAG runs at once",
    "clock jump",
)
