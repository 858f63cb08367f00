"""Every kind of bad input, handed in from outside next to good files."""
