"""Random acts of clerks and the office on one home, held against a model in plain Python."""
