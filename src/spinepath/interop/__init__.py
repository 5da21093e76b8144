"""The knowledge base and its answers in forms that others read: documents for people, formats for machines."""
