"""What a member tells of himself before he bids or sells (B1, RULES "Who may bid")."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted, EncryptedDate
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Purpose, Recipient, personal

_identity = personal(category=Category.IDENTITY, purpose=Purpose.SALE, to=(Recipient.SELLER,))
_contact = personal(category=Category.CONTACT, purpose=Purpose.SALE, to=(Recipient.SELLER,))


class Profile(Base):
    """Name, phone, address and date of birth; asked for at the first bid, not before."""

    __tablename__ = "profile"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_identity
    )
    full_name: Mapped[str] = mapped_column(Encrypted("profile.full_name"), info=_identity)
    phone: Mapped[str] = mapped_column(Encrypted("profile.phone"), info=_contact)
    """In international form, `+221…`."""
    street: Mapped[str] = mapped_column(Encrypted("profile.street"), info=_contact)
    """Street and number, or a landmark as people in Dakar give it."""
    postal_code: Mapped[str] = mapped_column(Encrypted("profile.postal_code"), default="", info=_contact)
    city: Mapped[str] = mapped_column(Encrypted("profile.city"), info=_contact)
    country: Mapped[str] = mapped_column(sa.String(2), info=_contact)
    """ISO 3166-1 alpha-2; readable by the database since shipping and taxes depend on it."""
    born_on: Mapped[date] = mapped_column(
        EncryptedDate("profile.born_on"),
        info=personal(category=Category.IDENTITY, purpose=Purpose.BIDDING, basis=Basis.LEGAL),
    )
    updated_at: Mapped[datetime] = mapped_column(info=personal(category=Category.ACCOUNT, purpose=Purpose.ACCOUNT))
