"""Spinepath: safe, explained manual therapy for disc herniation."""

__version__ = "0.1.0"
