"""What must hold for every patient there could be, and the proof that it does."""
