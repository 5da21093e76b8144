"""Follow: which measures are due, what change counts, the expected curve, and whether a course may be repeated."""
