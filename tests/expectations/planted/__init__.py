"""Private values of made-up people planted in texts and workbooks, with the truth, to hold the scan against.

Two halves with other people, words and layouts: what is tuned is tuned on ``dev``; ``held_out`` is only measured.
"""
