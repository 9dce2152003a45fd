"""Cases: what anomalies, reconciliations and findings say of one thing together, and what a person is to do about it."""
