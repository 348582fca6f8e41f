"""Before a yearly check counts: whom it would count, by which rules, and what would make it wrong."""
