"""The auditor's page: what was done by whom."""
