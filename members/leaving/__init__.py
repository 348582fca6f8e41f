"""Who enters, leaves, moves between units and enters again: each change dated, with its kind (DOMAIN 4.1)."""
