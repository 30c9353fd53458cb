"""The database itself refuses to change or delete what the audit log says."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER audit_immutable BEFORE UPDATE OR DELETE ON staff_auditentry
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER audit_not_truncated BEFORE TRUNCATE ON staff_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();
"""
BACKWARD = """
DROP TRIGGER audit_not_truncated ON staff_auditentry;
DROP TRIGGER audit_immutable ON staff_auditentry;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0002_second_factor_and_audit"),
        ("statements", "0002_immutable"),  # brings candor_refuse()
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
