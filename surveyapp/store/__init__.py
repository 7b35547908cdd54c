"""The database. The only place that knows SQLAlchemy: functions here take and return domain objects."""
