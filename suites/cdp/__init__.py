"""Tests of the CDP family: token, lookup, onboarding, reading, and what they owe one another."""
