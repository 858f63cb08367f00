"""Wiring that DAGs share: tags, assets, defaults, alerts. Holds no DAG."""
