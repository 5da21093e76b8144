"""People: register, find, merge; the chart of an episode."""
