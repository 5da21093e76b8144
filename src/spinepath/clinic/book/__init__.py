"""Book: a whole course at once, the calendar, reminders."""
