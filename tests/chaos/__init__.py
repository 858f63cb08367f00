"""A campaign of faults against the real product (`make chaos`).

Processes are killed, the server crashes, disks fill up, work runs twice at once, clocks
jump. Afterwards the same commands simply run again, and the warehouse must be the one
that a run without faults gives. No product code knows of any of it: what strikes is put
into child processes from outside (`interception.py`) or done to them (`faults.py`).
"""
