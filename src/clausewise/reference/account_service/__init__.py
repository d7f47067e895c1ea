"""The account sandbox of document 001."""
