"""The nightly load: receive, stage, rebuild what differs, release."""
