"""Tests of document 001: eighteen operations of which only the path and the purpose are told."""
