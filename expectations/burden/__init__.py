"""负担: how many cells units fill, which of them they need not, and how many hours that may be.

Counted from what stands in the warehouse; how often a clerk looks a figure up is not known to it, so hours are cells
times an assumption, and are told as such.
"""
