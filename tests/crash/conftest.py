"""Records as the services' tests have them."""

from tests.services.conftest import _database, empty_record, new_record, record  # noqa: F401
