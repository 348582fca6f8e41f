"""What two changes at once, and a deletion, do to rows that refer to each other."""
