"""From an assessment to a course of care."""
