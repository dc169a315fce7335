"""Secrets of second factors are in no copy of the record; those that an earlier version kept open are still read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pairup.errors import ConflictError
from pairup.record.acting import OPERATOR, acting_as
from tests import postgresql
from tests.web.conftest import Browse

pytestmark = pytest.mark.skipif(postgresql.ON_SERVER, reason="this looks into the record's file")
SECRET, OLD = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def code_of(secret: str) -> str:
    from allauth.mfa.totp.internal import auth

    return auth.format_hotp_value(auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time()))))


@pytest.fixture
def user(site: Path, browse: Browse) -> Any:
    from pairup.record.users import User

    browse("donor_office:DN-A")
    with acting_as(OPERATOR):
        return User.objects.get(username="donor_office-DN-A")


def everything(site: Path) -> bytes:
    """Every byte of the record's file and its companions, but of the key file."""
    return b"".join(path.read_bytes() for path in site.parent.glob(f"{site.name}*") if path.suffix != ".keys")


def test_a_secret_is_kept_closed_and_opens_with_the_key_file_alone(site: Path, user: Any) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    with acting_as(OPERATOR):
        factor, spare = TOTP.activate(user, SECRET), RecoveryCodes.activate(user)
        seed = spare.instance.data["seed"]

        assert factor.validate_code(code_of(SECRET))
        assert len(spare.get_unused_codes()) == 10 and seed.startswith("closed:")
        assert SECRET.encode() not in everything(site) and b"closed:" in everything(site)

        keys = site.with_name(f"{site.name}.keys")
        keys.rename(keys.with_suffix(".away"))
        from pairup.services.personal import open_ring

        open_ring(create=True).__exit__(None, None, None)
        with pytest.raises(ConflictError) as lost:
            factor.validate_code(code_of(SECRET))
    assert lost.value.code == "users.factor-lost"


def test_a_secret_that_was_kept_open_is_still_read(site: Path, user: Any) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    with acting_as(OPERATOR):
        old = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": OLD})

        assert TOTP(old).validate_code(code_of(OLD))
        assert OLD.encode() in everything(site)
