"""What is sealed to the body outside opens with its key alone; the vectors are what browsers are held to as well."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pairup.errors import InputError
from pairup.keys import box, sealing

#: private numbers of the fixed vectors: the body's key and the fresh key of one envelope
BODY, FRESH = 0x1234567890ABCDEF, 0xFEDCBA0987654321
CODE = "0123 4567 8901 2345"


def key_of(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def test_a_complaint_opens_with_the_key_it_was_sealed_to_and_with_no_other() -> None:
    ours, other = sealing.make_key(), sealing.make_key()

    envelope = sealing.seal("They took the money.", bytes(32), sealing.public_of(ours))

    assert sealing.open_sealed(envelope, ours) == sealing.Complaint("They took the money.", bytes(32))
    with pytest.raises(InputError) as refused:
        sealing.open_sealed(envelope, other)
    assert refused.value.code == "complaints.does-not-open"


def test_a_changed_envelope_does_not_open_wherever_it_was_changed() -> None:
    ours = key_of(BODY)
    envelope = sealing.seal("x", bytes(32), sealing.public_of(ours))

    for at in (0, 1, 30, 65, 66, 2000, len(envelope) - 1):
        changed = bytearray(envelope)
        changed[at] ^= 1
        with pytest.raises(InputError):
            sealing.open_sealed(bytes(changed), ours)
    with pytest.raises(InputError):
        sealing.open_sealed(envelope[:-1], ours)


@pytest.mark.parametrize(("length", "size"), [(1, 4096), (3900, 4096), (4096, 16384), (16384, 65536), (65000, 65536)])
def test_an_envelope_tells_one_of_three_lengths(length: int, size: int) -> None:
    envelope = sealing.seal("x" * length, bytes(32), sealing.public_of(key_of(BODY)))

    assert len(envelope) == 1 + 65 + size + 16
    assert len(envelope) in sealing.ENVELOPES


def test_200_kilobytes_are_refused_with_what_to_do() -> None:
    with pytest.raises(InputError, match=r"longer than 64 kB\. Shorten it, or send it in parts") as refused:
        sealing.seal("x" * 200_000, bytes(32), sealing.public_of(key_of(BODY)))
    assert refused.value.code == "complaints.too-long"


def test_a_code_gives_the_same_receipt_however_it_is_typed() -> None:
    typed = (CODE, "0123456789012345", "0123-4567-8901-2345", "０１２３４５６７８９０１２３４５")

    assert {sealing.receipt_of(one).receipt for one in typed} == {VECTORS["receipt"]}
    for wrong in ("", "0123", CODE + "6", "0123 4567 8901 234x"):
        with pytest.raises(InputError, match="16 digits"):
            sealing.read_code(wrong)


def test_codes_are_sixteen_digits_and_not_twice_the_same() -> None:
    codes = {sealing.make_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(sealing.read_code(code) == code for code in codes)


def test_an_answer_opens_under_its_own_number_and_for_its_own_code_alone() -> None:
    ours, other = sealing.receipt_of(CODE), sealing.Receipt("", bytes(32))

    sealed = sealing.seal_answer("We have written to the ministry. 已去函。", ours.answer_key, 2)

    assert len(sealed) == sealing.SEALED_ANSWER
    assert sealing.open_answer(sealed, ours.answer_key, 2) == "We have written to the ministry. 已去函。"
    assert sealing.open_answer(sealed, ours.answer_key, 1) is None
    assert sealing.open_answer(sealed, other.answer_key, 2) is None


def test_an_answer_that_is_too_long_or_is_the_fifth_is_refused() -> None:
    with pytest.raises(InputError, match="4092 bytes"):
        sealing.seal_answer("答" * 1365, bytes(32), 1)
    for number in (0, 5):
        with pytest.raises(InputError, match="answers 1 to 4"):
            sealing.seal_answer("Yes.", bytes(32), number)


def test_a_key_is_kept_encrypted_and_opens_with_its_passphrase_alone() -> None:
    key = sealing.make_key()

    kept = sealing.write_private(key, "several words of one's own")

    assert b"ENCRYPTED" in kept
    assert sealing.public_of(sealing.read_private(kept, "several words of one's own")) == sealing.public_of(key)
    for content, passphrase in ((kept, "other words"), (b"no key", "x"), (kept[:100], "several words of one's own")):
        with pytest.raises(InputError, match="passphrase is another"):
            sealing.read_private(content, passphrase)


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!", "BA" + "A" * 85 + "="])
def test_what_is_no_point_of_the_curve_is_no_public_key(text: str) -> None:
    with pytest.raises(InputError) as refused:
        sealing.read_public(text)
    assert refused.value.code == "complaints.no-public-key"


def test_a_box_is_read_as_it_was_written_and_nothing_else_is() -> None:
    envelope = sealing.seal("x", bytes(32), sealing.public_of(key_of(BODY)))
    kept = [box.Kept("b", date(2026, 11, 2), "1", envelope), box.Kept("a", date(2026, 11, 3), "1", envelope)]
    answers = [box.Answer("ab" * 32, sealing.seal_answer("Yes.", bytes(32), 1))]

    written = box.write_box(kept, made=date(2026, 11, 4))

    assert box.read_box(written) == [kept[1], kept[0]], "in order of code, not of coming"
    assert box.read_answers(box.write_answers(answers)) == answers
    for broken in (
        b"",
        b"[]",
        b"{}",
        written[:-200],
        written.replace(b"box-1", b"box-2"),
        written.replace(b"-11-", b"-"),
    ):
        with pytest.raises(InputError):
            box.read_box(broken)
    with pytest.raises(InputError):
        box.read_answers(written)


#: fixed once and for all: an envelope sealed today opens in ten years
VECTORS = {
    "public": "049fad84aeae08bbef7f010014d82cef6a09de2b0cf871b5ce0c4f1d13a59a5934"
    "07cb45769f1070e2c2470fe5b1bfe63133c0b0cdc64ea4bf3791a8ec2a07fd4f",
    "mark": "12388 29901 95353 30254 34275 56919 09966 67561",
    "receipt": "45b7822c75c668475e37e12276416c9b6575a2ce323d0c355d34af220abb2d84",
    "answer_key": "ffa150c56bf69a08025fc537ecc3f7a4183ab27a118638d267341559cee1c088",
    "tag_1": "5413f2ee4121833567e8382ae6e50200aa514c082b82313fea9a1931d82e5c32",
    "tag_4": "d45765fd3488e90c9c40bfc974fe969fd554986c388ef6517db6da8ab3bdc05b",
    "envelope": "e05fc558a1d42d251618e4e0a6458817ea9805a77e1972069f1b5f2126d7076c",
}


def test_the_vectors_stand() -> None:
    public, receipt = sealing.public_of(key_of(BODY)), sealing.receipt_of(CODE)
    padded = (5).to_bytes(4) + b"hello" + bytes(4096 - 9)
    found = {
        "public": public.hex(),
        "mark": sealing.mark_of(public),
        "receipt": receipt.receipt,
        "answer_key": receipt.answer_key.hex(),
        "tag_1": sealing.tag_of(receipt.answer_key, 1),
        "tag_4": sealing.tag_of(receipt.answer_key, 4),
        "envelope": hashlib.sha256(sealing.seal_with(key_of(FRESH), padded, public)).hexdigest(),
    }

    assert found == VECTORS
