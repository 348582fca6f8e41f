"""Pages about people and organisations, one module for each kind of visitor's errand."""
