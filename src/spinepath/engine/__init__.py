"""The engine: reads the knowledge base, evaluates its rules and explains the result. Pure: no clock, no network."""
