"""One box that finds people, tasks and wishes."""
