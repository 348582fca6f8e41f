"""Two records of one person become one (DOMAIN 4.1). What moves is said by each room's `merged.py`."""
