"""Sentences to commands and checks: sending, running, results."""
