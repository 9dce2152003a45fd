"""Nil reports (零报告): what texts, rows and places of a hand-in say when it says that there is nothing.

Pure functions over what was read. Only a file without a single row can be one; whether it is, and what becomes of it,
is decided in ``expectations.submissions.nil``.
"""
