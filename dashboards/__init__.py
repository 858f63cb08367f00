"""Superset dashboards: spec, bundle, provisioning, settings of the server."""
