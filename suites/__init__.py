"""The suites: one package per API family, written against clausewise's front door only."""
