"""`make chaos`: people work while parts are killed and frozen at random; afterwards everything must be right.

Everything is started here and ends with it: PostgreSQL, Valkey, a mail server, the web server, a worker
for each queue and beat, on a folder of their own. Traffic stays on this machine.
"""
