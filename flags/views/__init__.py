"""Pages of the bank and of the yearly check."""
