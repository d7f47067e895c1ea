"""Enterprise case management: document 004."""
