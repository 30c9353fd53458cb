"""`manage.py up`: the whole product on one machine, engines included."""
