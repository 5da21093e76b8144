"""Treat: the page of a session."""
