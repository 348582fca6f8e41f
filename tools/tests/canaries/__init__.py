"""Personal data that nobody else has, planted by the ways on which it really comes, and looked for."""
