"""Tests of document 000: log-in, upload and download of customer images."""
