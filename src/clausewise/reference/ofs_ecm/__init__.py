"""The case management sandbox of document 004."""
