"""Residents have no account: the number they left with a wish is told of every step."""
