"""When it runs: the load, its Dagster definitions, the command line and the demo city."""
