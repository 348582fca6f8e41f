"""What the platform needs of the one machine it runs on: an embedded server, and secrets of a first run."""
