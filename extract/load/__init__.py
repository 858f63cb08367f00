"""The loader: archived originals into raw.*, one batch and one transaction each."""
