"""The image sandbox of document 000."""
