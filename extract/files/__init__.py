"""Files that people hand in: the drop folders."""
