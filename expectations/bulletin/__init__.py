"""季度通报: what the city's leaders are told of a quarter, every sentence with its number.

The facts are gathered once (``facts``) and shown twice, in Word (``word``) and as a page of the report, so that no figure
differs between them. Nothing is judged here that the tables do not say.
"""
