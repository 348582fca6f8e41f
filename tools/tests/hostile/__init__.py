"""Files that nobody means well with, and files that went wrong on their way: none may break an import.

Each is a name and its bytes. What of them can be read holds no row that may enter: its unit is unknown.
"""
