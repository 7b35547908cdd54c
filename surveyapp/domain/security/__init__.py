"""What protects the installation, as far as it is a rule: how the audit trail is chained."""
