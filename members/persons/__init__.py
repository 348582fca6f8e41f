"""Several accounts, and a roster entry, of one person: one to every check of self-dealing (DOMAIN 3)."""
