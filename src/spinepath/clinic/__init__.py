"""The clinic: the whole journey of a person, from the first contact to discharge, in a browser."""
