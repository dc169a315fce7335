"""The site's addresses with those of the box."""

from __future__ import annotations

from django.urls import path

from pairup.web import complaints
from pairup.web.urls import handler403, handler404, handler500
from pairup.web.urls import urlpatterns as _site

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *_site,
    path("complaints/", complaints.box, name="complaints"),
    path("complaints/answer/", complaints.reply, name="complaints-reply"),
]
