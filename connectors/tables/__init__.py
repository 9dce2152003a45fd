"""Finding the tables in a sheet: where the header is, what the rows are, what each column is called."""
