"""PostgreSQL for Django, where every wait has an end."""
