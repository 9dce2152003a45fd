"""A submission understood, judged and answered for: from archived bytes to what is staged."""
