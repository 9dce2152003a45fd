"""Bytes in: the drop folder, the archive, the readers, and finding the tables in a sheet.

What a value means (contracts, codes, units) does not belong here, nor does where it is kept.
"""
