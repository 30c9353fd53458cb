"""Add, change and delete words, each with its entry in the audit log."""

from django.db import transaction
from django.forms.models import model_to_dict

from notifications.carrier_words.models import CarrierWord
from statuspage.staff.audit import changes, record
from statuspage.staff.models import Staff

LABEL = CarrierWord._meta.label_lower


@transaction.atomic
def word_save(*, word: CarrierWord, by: Staff, ip: str = "") -> CarrierWord:
    """Save a new word, or the change of one."""
    old = CarrierWord.objects.select_for_update().filter(pk=word.pk).first() if word.pk else None
    was = model_to_dict(old) if old else {}
    word.save()
    before, after = changes(was, model_to_dict(word))
    act = f"{LABEL}.{'changed' if old else 'added'}"
    record(act=act, staff=by, target=str(word), before=before, after=after, ip=ip)
    return word


@transaction.atomic
def word_delete(*, word: CarrierWord, by: Staff, ip: str = "") -> None:
    """Delete a word; what was written with it is not pointed out any more."""
    was = model_to_dict(word)
    record(act=f"{LABEL}.deleted", staff=by, target=str(word), before=was, after={}, ip=ip)
    word.delete()
