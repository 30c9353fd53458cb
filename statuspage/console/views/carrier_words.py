"""The words that carriers refuse or restrict: everybody reads them, administrators keep them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from notifications.carrier_words.models import CarrierWord
from notifications.carrier_words.services import word_delete, word_save
from statuspage.console.access import permits, staff_of
from statuspage.console.forms.carrier_words import CarrierWordForm
from statuspage.lib.client_ip import client_ip
from statuspage.staff.permissions import Act, may


@permits(Act.READ, post=Act.REFERENCE_DATA)
def carrier_word_list(request: HttpRequest) -> HttpResponse:
    """List the words, and add one."""
    form = CarrierWordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _saved(request, form)
    context = {
        "words": CarrierWord.objects.all(),
        "form": form if may(staff_of(request), Act.REFERENCE_DATA) else None,
        "complain": form.is_bound,
    }
    status = 400 if form.is_bound else 200
    return render(request, "console/carrier_words.html", context, status=status)


@permits(Act.REFERENCE_DATA)
def carrier_word(request: HttpRequest, number: int) -> HttpResponse:
    """Change or delete a word."""
    word = get_object_or_404(CarrierWord, pk=number)
    if "delete" in request.POST:
        word_delete(word=word, by=staff_of(request), ip=client_ip(request))
        messages.success(request, _("Deleted: %(title)s.") % {"title": word})
        return redirect("console:carrier_words")
    data = request.POST if request.method == "POST" else None
    # The form writes into its row: the page shows the word as it is.
    form = CarrierWordForm(data, instance=get_object_or_404(CarrierWord, pk=number))
    if form.is_bound and form.is_valid():
        return _saved(request, form)
    context = {"word": word, "form": form, "complain": form.is_bound}
    status = 400 if form.is_bound else 200
    return render(request, "console/carrier_word.html", context, status=status)


def _saved(request: HttpRequest, form: CarrierWordForm) -> HttpResponse:
    word = word_save(word=form.instance, by=staff_of(request), ip=client_ip(request))
    messages.success(request, _("Saved: %(title)s.") % {"title": word})
    return redirect("console:carrier_words")
