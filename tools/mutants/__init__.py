"""Guards taken out one at a time, which a test must notice: `make mutants` names those that none does."""
