"""Bytes in: sources, the archive of originals, and the loader into raw.*."""
