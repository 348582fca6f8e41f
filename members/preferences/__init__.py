"""How a person likes the lists of the desk: columns put away, filters kept under a name."""
