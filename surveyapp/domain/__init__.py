"""What a study is and what may follow what. Standard library and pydantic only; nothing here knows a framework."""
