"""The register of disclosures. When its member is erased, that there was one stays, and of whom it was does not."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Purpose, by_staff, personal, plain

_given = personal(
    category=Category.SECURITY,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL,
    erase=Erase.BLANK,
)


class Disclosure(Base):
    """Data of one member was given to somebody; he reads it in his account."""

    __tablename__ = "disclosure"
    __table_args__ = (sa.CheckConstraint("ground IN ('order', 'duty', 'claim', 'vital', 'asked')", name="ground"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=_given
    )
    """None: he must not be told yet, so that only the paper file says who it is; or he is erased."""
    recipient: Mapped[str] = mapped_column(info=plain)
    """Which authority or person, by its office: nobody's name."""
    ground: Mapped[str] = mapped_column(info=plain)
    categories: Mapped[list[str]] = mapped_column(sa.JSON, default=list, info=plain)
    given_at: Mapped[datetime] = mapped_column(info=plain)
    silent_until: Mapped[date | None] = mapped_column(info=plain)
    """Until when an authority forbids to tell the member."""
    reference: Mapped[str | None] = mapped_column(Encrypted("disclosure.reference"), info=_given)
    """Under which number the recipient asked for it."""
    words: Mapped[str | None] = mapped_column(Encrypted("disclosure.words"), info=_given)
    """What exactly was given; the member reads it."""
    by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )
