"""Exchange rates from outside."""
