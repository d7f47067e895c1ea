"""What the document of greetings says, as tests."""
