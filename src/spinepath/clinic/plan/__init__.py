"""Plan: advice with its reasons, the package, consent, letters."""
