"""Contracts: what a dataset must look like, as YAML by department, and the facts that engines take from them."""
