"""Ask: the questions that matter, for people at home and for staff."""
