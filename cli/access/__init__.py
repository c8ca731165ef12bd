"""Contracts to what a broker should be like, and the way there: a plan that is shown first, then carried out."""
