"""The benchmark: what loading, checking and building cost, beside other ways."""
