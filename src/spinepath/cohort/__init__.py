"""The rules over many charts at once."""
