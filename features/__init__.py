"""The product seen from outside: Gherkin features, and the steps that drive the command as a subprocess."""
