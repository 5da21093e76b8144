"""Commands for who looks after the clinic."""
