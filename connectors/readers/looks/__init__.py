"""A fast look into a workbook before it is read: which kind, how large, what number formats and marks its cells bear."""
