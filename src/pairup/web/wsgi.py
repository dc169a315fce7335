"""The application a server runs: the record opened, and from then on no query outside of somebody's name."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "pairup.web.settings"

from pairup.record.acting import require_somebody
from pairup.services import open_record

open_record(os.environ["PAIRUP_RECORD"])

from django.core.wsgi import get_wsgi_application
from django.db import connection

application = get_wsgi_application()
connection.close()  # the threads that answer have their own
require_somebody()
if "PAIRUP_PUBLIC" in os.environ:
    from pairup.web.public import with_public

    application = with_public(application, Path(os.environ["PAIRUP_PUBLIC"]))
