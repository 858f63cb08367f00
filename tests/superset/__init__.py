"""Superset from outside: who gets in, and what they see and may not."""
