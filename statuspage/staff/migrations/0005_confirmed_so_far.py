"""Accounts and tokens of earlier releases are confirmed; what is raised later is not."""

from django.db import migrations

# Whichever code or hand raises a role or enables an account again, nobody has confirmed that yet.
# Who loses the right to approve loses it for their tokens too, also if they get it back one day.
UNCONFIRM = """
    CREATE FUNCTION candor_staff_raised() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        ranks text[] := ARRAY['auditor', 'author', 'approver', 'admin'];
        before int := array_position(ranks, OLD.role::text);
        after int := array_position(ranks, NEW.role::text);
    BEGIN
        IF after > before OR (NEW.is_active AND NOT OLD.is_active) THEN
            NEW.confirmed_at := NULL;
            NEW.confirmed_by_id := NULL;
        END IF;
        IF after < 3 AND before >= 3 THEN
            UPDATE staff_apitoken SET scopes = scopes - 'alone' WHERE staff_id = NEW.id;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER staff_raised BEFORE UPDATE OF role, is_active ON staff_staff
    FOR EACH ROW EXECUTE FUNCTION candor_staff_raised();
"""
CONFIRM = """
    UPDATE staff_staff SET confirmed_at = now();
    UPDATE staff_apitoken SET confirmed_at = created_at;
    UPDATE staff_apitoken t SET scopes = scopes - 'alone' FROM staff_staff s
    WHERE t.staff_id = s.id AND s.role NOT IN ('approver', 'admin');
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_two_persons")]
    operations = [
        migrations.RunSQL(CONFIRM, migrations.RunSQL.noop),
        migrations.RunSQL(
            UNCONFIRM,
            "DROP TRIGGER staff_raised ON staff_staff; DROP FUNCTION candor_staff_raised();",
        ),
    ]
