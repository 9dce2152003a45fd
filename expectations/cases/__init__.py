"""Cases: what anomalies, reconciliations and findings say of one thing together, and what a person is to do about it."""

from expectations.cases.evidence import Known
from expectations.cases.make import Tables, cases
from expectations.cases.stake import Schemes

__all__ = ["Known", "Schemes", "Tables", "cases"]
