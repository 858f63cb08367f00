"""Programs that are measured, each run in a process of its own.

`acorn_step` runs in Acorn's environment, all others in .venv-bench. They read a job
from standard input and answer with one line of JSON: when they were ready to work.
"""
