"""Made-up patients whose truth is known: drawn from the model in the knowledge base, and what the rules see of it."""
