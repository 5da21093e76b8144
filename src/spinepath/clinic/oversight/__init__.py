"""Oversight: the clinic's settings and members, audit, export, erasure, backup."""
