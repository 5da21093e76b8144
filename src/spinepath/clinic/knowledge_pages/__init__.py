"""Knowledge: every rule, source, claim and technique, to read and search."""
