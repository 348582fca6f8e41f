"""A declined wish is asked for again by the resident, or taken up again by staff (DOMAIN 4.2)."""
