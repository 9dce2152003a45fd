"""How a file will be read, shown before it is sent."""
