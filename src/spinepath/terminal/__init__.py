"""What the command line shows: layout only. Every sentence about medicine comes from the knowledge base."""
