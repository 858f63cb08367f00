"""Properties that hold for any file, number, date or rule: hypothesis looks for others.

The examples are the same in every run. For a long search with new ones:

    ACORN_PROPERTY_FACTOR=50 pytest tests/properties
"""
