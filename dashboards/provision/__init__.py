"""Sets up what people meet in Superset: roles, people, assets, rules for rows.

Runs inside Superset's environment, without its web server, and may run again at any
time: what is right is left alone. `python -m dashboards.provision` is the whole of it.
"""
