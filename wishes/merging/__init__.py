"""Two wishes about the same thing are handled as one (DOMAIN 4.2)."""
