"""A published notice cannot be changed or vanish: a correction is a statement of its own."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER settlement_notice_kept BEFORE UPDATE OR DELETE ON settlement_notice
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
"""
BACKWARD = "DROP TRIGGER settlement_notice_kept ON settlement_notice;"


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial"), ("statements", "0002_immutable")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
