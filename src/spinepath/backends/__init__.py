"""The rules in other forms, each meaning just what `engine/evaluate.py` means: Python, SQL and the solver's logic."""
