"""Records as the services' tests have them; a server brings every commit to the disk here."""

from tests import postgresql

postgresql.durable = True  # before anything starts the server; run these apart from the suite

from tests.services.conftest import _database, empty_record, new_record, record  # noqa: E402, F401
