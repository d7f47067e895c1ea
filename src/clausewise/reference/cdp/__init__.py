"""The CDP sandbox of documents 002 and 003."""
