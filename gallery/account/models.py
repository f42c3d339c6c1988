"""What a member tells of himself before he bids or sells (B1, B2, RULES "Who may bid"), and what relied on it (B3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted, EncryptedDate, EncryptedJSON
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, Recipient, personal, plain

_identity = personal(category=Category.IDENTITY, purpose=Purpose.SALE, to=(Recipient.SELLER,))
_contact = personal(category=Category.CONTACT, purpose=Purpose.SALE, to=(Recipient.SELLER,))
_found_by = personal(category=Category.SECURITY, purpose=Purpose.SAFETY, basis=Basis.INTEREST, export=False)
_trader = personal(category=Category.IDENTITY, purpose=Purpose.TRADER, basis=Basis.LEGAL, to=(Recipient.EVERYONE,))
_bank = personal(category=Category.PAYMENT, purpose=Purpose.PAYOUT, to=(Recipient.BANK,))
_relied_on = personal(
    category=Category.CONTACT,
    purpose=Purpose.SALE,
    basis=Basis.LEGAL,
    keep=Keep.SALES_RECORD,
    to=(Recipient.SELLER,),
    erase=Erase.KEEP,
)


class Profile(Base):
    """Name, phone, address and date of birth: each asked for when something needs it, not before (B1, B2)."""

    __tablename__ = "profile"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_identity
    )
    full_name: Mapped[str] = mapped_column(Encrypted("profile.full_name"), default="", info=_identity)
    name_from: Mapped[str | None] = mapped_column(info=_identity)
    """`google` or `facebook` where the name came from there (P-33); None: the member typed it."""
    name_index: Mapped[str] = mapped_column(sa.String(64), default="", index=True, info=_found_by)
    """Blind index of the folded name: staff find a member by his whole name."""
    phone: Mapped[str] = mapped_column(Encrypted("profile.phone"), default="", info=_contact)
    """In international form, `+221…`."""
    phone_index: Mapped[str] = mapped_column(sa.String(64), default="", index=True, info=_found_by)
    """Blind index of the phone: staff find a member by it, and accounts that share it (N2)."""
    street: Mapped[str] = mapped_column(Encrypted("profile.street"), default="", info=_contact)
    """Street and number; may be empty where a landmark says it."""
    landmark: Mapped[str | None] = mapped_column(Encrypted("profile.landmark"), info=_contact)
    """How to find the door, as people in Dakar give it: "behind the Mermoz pharmacy" (H0)."""
    postal_code: Mapped[str] = mapped_column(Encrypted("profile.postal_code"), default="", info=_contact)
    city: Mapped[str] = mapped_column(Encrypted("profile.city"), default="", info=_contact)
    country: Mapped[str] = mapped_column(sa.String(2), default="", info=_contact)
    """ISO 3166-1 alpha-2; readable by the database since shipping and taxes depend on it."""
    born_on: Mapped[date | None] = mapped_column(
        EncryptedDate("profile.born_on"),
        info=personal(category=Category.IDENTITY, purpose=Purpose.BIDDING, basis=Basis.LEGAL),
    )
    sells_as: Mapped[str] = mapped_column(default="", info=_trader)
    """`private` or `trader`, as the member declares it; empty: not asked yet (C-02)."""
    updated_at: Mapped[datetime] = mapped_column(info=personal(category=Category.ACCOUNT, purpose=Purpose.ACCOUNT))


class Company(Base):
    """Who a trader is: what the law wants buyers to see before they bid (C9, C-07)."""

    __tablename__ = "company"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_trader
    )
    ref: Mapped[str] = mapped_column(sa.String(24), unique=True, info=_trader)
    """Unguessable: the seller's page has no member's number in its address."""
    name: Mapped[str] = mapped_column(info=_trader)
    country: Mapped[str] = mapped_column(sa.String(2), info=_trader)
    register_kind: Mapped[str] = mapped_column(info=_trader)
    """`ninea`, `siret` or `other`."""
    register_number: Mapped[str] = mapped_column(info=_trader)
    vat_number: Mapped[str] = mapped_column(default="", info=_trader)
    """Of the European Union, with its country's letters; empty where there is none."""
    street: Mapped[str] = mapped_column(info=_trader)
    postal_code: Mapped[str] = mapped_column(default="", info=_trader)
    city: Mapped[str] = mapped_column(info=_trader)
    phone: Mapped[str] = mapped_column(info=_trader)
    email: Mapped[str] = mapped_column(info=_trader)
    """For customers; not that of the account."""
    certified_at: Mapped[datetime] = mapped_column(info=_trader)
    """When the trader declared to offer only what the law allows (C-07)."""
    updated_at: Mapped[datetime] = mapped_column(info=_trader)


class BankAccount(Base):
    """Where what was earned is paid to (B2): an IBAN, or an account as banks of the region write it."""

    __tablename__ = "bank_account"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_bank)
    kind: Mapped[str] = mapped_column(info=_bank)
    """`iban` or `local`."""
    holder: Mapped[str] = mapped_column(Encrypted("bank_account.holder"), info=_bank)
    number: Mapped[str] = mapped_column(Encrypted("bank_account.number"), info=_bank)
    """The IBAN, or the number as the bank gives it; without spaces."""
    number_index: Mapped[str] = mapped_column(sa.String(64), index=True, info=_found_by)
    """Blind index of the number: accounts that share it are one hand (N2)."""
    bank: Mapped[str] = mapped_column(Encrypted("bank_account.bank"), default="", info=_bank)
    """Name of the bank."""
    bic: Mapped[str] = mapped_column(default="", info=_bank)
    country: Mapped[str] = mapped_column(sa.String(2), info=_bank)
    updated_at: Mapped[datetime] = mapped_column(info=_bank)


class Snapshot(Base):
    """A member's details as they were when something relied on them (B3): never changed, whatever he changes later."""

    __tablename__ = "snapshot"
    __table_args__ = (sa.UniqueConstraint("member_id", "kind", "occasion"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=_relied_on
    )
    kind: Mapped[str] = mapped_column(info=plain)
    """`contact`, `company` or `bank`."""
    occasion: Mapped[str] = mapped_column(index=True, info=plain)
    """What relied on it: `lot:7`, `order:…`."""
    details: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("snapshot.details"), info=_relied_on)
    taken_at: Mapped[datetime] = mapped_column(info=_relied_on)
