"""`python -m acorn` is `acorn`."""

from acorn.cli import main

main()
