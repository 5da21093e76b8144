"""Letters as PDF: each is data, and one layout sets them all."""
