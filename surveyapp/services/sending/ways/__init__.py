"""Who carries messages: a mail server, GOV.UK Notify, the demonstration's page."""
