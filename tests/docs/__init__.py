"""Documentation held against the product: queries, numbers, links, commands."""
