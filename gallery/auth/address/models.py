"""Another e-mail address that both mailboxes have to agree to."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.personal import Category, Keep, Purpose, Recipient, personal

_passing = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, keep=Keep.DAY)
_passing_secret = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, keep=Keep.DAY, export=False)


class AddressChange(Base):
    """A new e-mail address that both mailboxes have to agree to (A3); one at a time, dead after a day."""

    __tablename__ = "address_change"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_passing
    )
    new_email: Mapped[str] = mapped_column(
        info=personal(category=Category.CONTACT, purpose=Purpose.ACCOUNT, keep=Keep.DAY, to=(Recipient.MAIL_PROVIDER,))
    )
    seal: Mapped[str] = mapped_column(info=_passing_secret)
    """New with each request: the links of an earlier one die."""
    asked_at: Mapped[datetime] = mapped_column(index=True, info=_passing)
    old_agreed_at: Mapped[datetime | None] = mapped_column(info=_passing)
    new_agreed_at: Mapped[datetime | None] = mapped_column(info=_passing)
