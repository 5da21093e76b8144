"""Follow: measures, readings, holds, discharge."""
