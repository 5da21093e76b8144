"""The whole course booked at once: wishes and diary in, a proposal or the clash out. No clock, no database."""
