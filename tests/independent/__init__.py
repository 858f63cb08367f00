"""A second proof of the books that shares no code with the pipeline.

Plain Python over the archived bytes and the rows that people read. It decodes, splits,
reads numbers and dates, classifies and converts by rules written down here once more.
Where the two readings differ, one of them is wrong. By hand:

    python -m tests.independent
"""
