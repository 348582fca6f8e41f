"""The permission matrix: every address, asked by everybody, of what is theirs and of what is not.

`world` has a second city branch like the first one, `oracle` says who may what (from the words about
roles, not from the access table of the tests), `asking` sends the requests and counts what they write.
"""
