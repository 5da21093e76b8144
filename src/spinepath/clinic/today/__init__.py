"""Today: my day, the day of the clinic, and what needs somebody."""
