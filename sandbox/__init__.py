"""Stand-ins for the outside world, for the demo, the tests and the bench.

`generate` writes the demo company's settlements as files, `serve` answers like the
Selling Partner API from the same files, `fx` writes reference rates. Nothing here
imports the pipeline: detection is scored against this package, so the two must not
share a mistake.
"""
