"""One module per command of `acorn`; each holds `command`."""
