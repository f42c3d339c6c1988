"""The access matrix: for every route and every kind of person what comes of asking (8.2). Executed by test_matrix.

An entry is a row: where, what is sent, and the outcome for each actor of matrix_cast. `{lot}` and the like are things
of matrix_things. A route without an entry fails, and so does an entry without a route.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.house.matrix_cast import (
    ACTORS,
    FORBIDDEN,
    MISSING,
    OK,
    PROVE,
    SECOND_STEP,
    SIGN_IN,
    STAFF,
)

Row = dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One route and method: its address, what a form sends, and what comes of it for whom."""

    path: str
    row: Row
    sends: dict[str, str] = field(default_factory=dict)


def everybody(outcome: str = OK, **but: str) -> Row:
    """The same for all, but for those named."""
    return dict.fromkeys(ACTORS, outcome) | but


def members(**but: str) -> Row:
    """For whoever is signed in."""
    return everybody(visitor=SIGN_IN, closed=SIGN_IN) | but


def proved(**but: str) -> Row:
    """For members who have shown shortly before who they are."""
    return members(unproved=PROVE) | but


def secured(**but: str) -> Row:
    """For members with a second step in this session, who have shown shortly before who they are."""
    return proved(member=SECOND_STEP, unstepped=SECOND_STEP) | but


def changes(**but: str) -> Row:
    """For changes of how one signs in: like proved, and a second factor that is there was shown in this session."""
    return proved(unstepped=SECOND_STEP) | but


def owned(row: Row) -> Row:
    """Of what `row` opens to members, only the owner finds what is his; for others it is not there (IDOR)."""
    return {
        actor: MISSING if outcome == OK and actor not in {"owner", "unproved"} else outcome
        for actor, outcome in row.items()
    }


def staff(*roles: str, **but: str) -> Row:
    """For staff in these roles and for administration, with a second step."""
    row = everybody(FORBIDDEN, visitor=SIGN_IN, closed=SIGN_IN, unstepped=SECOND_STEP)
    return row | {role: OK for role in STAFF if role in {*roles, "admin"}} | but


DESK = ("support", "fraud")
NOT_SHOWN = everybody(PROVE, visitor=SIGN_IN, closed=SIGN_IN)
"""Nothing that counts as a proof was sent, so it is asked for once more."""
NO_MAIL = everybody(MISSING, visitor=SIGN_IN, closed=SIGN_IN)
"""Everybody here has a password or a factor; a code by mail is for who has neither."""
WITH_FACTOR = changes(**dict.fromkeys(("member", "seller", *STAFF), MISSING))
"""Those who have an app; the others have none to lose."""
WORDS = {"title_fr": "Une page", "title_en": "A page", "body_fr": "Bref.", "body_en": "Short.", "rank": "100"}
BID = {"amount": "", "key": "matrix-key-1"}

MATRIX: dict[str, Entry] = {
    # For everybody.
    "GET lots.home": Entry("/", everybody()),
    "GET lots.index": Entry("/lots/", everybody()),
    "GET lots.show": Entry("/lots/{lot}", everybody()),
    "GET lots.sales": Entry("/sales/", everybody()),
    "GET lots.sale": Entry("/sales/{sale}", everybody()),
    "GET lots.artists": Entry("/artists/", everybody()),
    "GET lots.artist": Entry("/artists/{artist}", everybody()),
    "GET lots.picture": Entry("/pictures/{picture}", everybody()),
    "GET lots.seller": Entry("/sellers/{company}", everybody()),
    "GET preferences.here": Entry("/preferences", everybody()),
    "POST preferences.here": Entry("/preferences", everybody()),
    "GET consents.index": Entry("/consents", everybody()),
    "POST consents.answer": Entry("/consents", everybody(), {"answer": "none"}),
    "POST consents.toggle": Entry("/consents/audience", everybody(), {"granted": "0"}),
    "POST consents.show_once": Entry("/consents/social-plug-ins/facebook", everybody(MISSING)),
    "GET consents.receipt": Entry("/consents/receipts/{receipt}", owned(everybody())),
    "GET policies.index": Entry("/policies/", everybody()),
    "GET policies.show": Entry("/policies/terms", everybody()),
    "GET policies.versions": Entry("/policies/terms/versions/", everybody()),
    "GET policies.version": Entry("/policies/terms/versions/1", everybody()),
    "GET registers.processors": Entry("/privacy/processors", everybody()),
    # Requests about data, without an account. {asked} waits for its code.
    "GET privacy_public.new": Entry("/privacy/requests", everybody()),
    "POST privacy_public.create": Entry("/privacy/requests", everybody(), {"email": "awa"}),
    "GET privacy_public.show": Entry("/privacy/requests/{asked}", everybody()),
    "POST privacy_public.prove": Entry("/privacy/requests/{asked}/code", everybody(), {"code": "1"}),
    "POST privacy_public.renew": Entry("/privacy/requests/{asked}/code/renewal", everybody()),
    "GET static": Entry("{asset}", everybody()),
    "GET bidding.index": Entry("/lots/{lot}/bids", everybody()),
    "GET bidding.standing": Entry("/lots/{lot}/standing", everybody()),
    "GET bidding.receipts_index": Entry("/lots/{lot}/receipts", everybody()),
    "GET bidding.watch": Entry("/lots/{lot}/live", everybody()),
    "POST bidding.prove": Entry("/lots/{lot}/receipts/proof", everybody(), {"number": "x"}),
    # What editors write.
    "GET pages.show": Entry("/pages/{page}", everybody()),
    "GET pages.help_index": Entry("/help", everybody()),
    "GET pages.help_topic": Entry("/help/{topic}", everybody()),
    "GET pages.contact": Entry("/contact", everybody()),
    # For machines.
    "GET health.alive": Entry("/healthz", everybody()),
    "GET health.ready": Entry("/readyz", everybody()),
    "GET consents.gpc": Entry("/.well-known/gpc.json", everybody()),
    "GET health.security_txt": Entry("/.well-known/security.txt", everybody()),
    # The doors. Who is in already is led on from most of them.
    "GET security.login": Entry("/auth/login", everybody()),
    "POST security.login": Entry("/auth/login", everybody()),
    "POST security.logout": Entry("/auth/logout", everybody()),
    "GET security.register": Entry("/auth/register", everybody()),
    "POST security.register": Entry("/auth/register", everybody()),
    "GET security.send_confirmation": Entry("/auth/confirm", everybody()),
    "POST security.send_confirmation": Entry("/auth/confirm", everybody()),
    "GET security.confirm_email": Entry("/auth/confirm/{confirmation}", everybody()),
    "POST security.confirm_email": Entry("/auth/confirm/{confirmation}", everybody()),
    "GET security.forgot_password": Entry("/auth/reset", everybody()),
    "POST security.forgot_password": Entry("/auth/reset", everybody()),
    "GET security.reset_password": Entry("/auth/reset/{reset}", everybody()),
    "POST security.reset_password": Entry("/auth/reset/{reset}", everybody()),
    "GET security.change_password": Entry("/auth/change", members(unstepped=SECOND_STEP)),
    "POST security.change_password": Entry("/auth/change", members(unstepped=SECOND_STEP)),
    "GET auth.sent": Entry("/auth/sent/register", everybody()),
    # Bidding.
    "GET bidding.new": Entry("/lots/{lot}/bids/new", members()),
    "POST bidding.create": Entry("/lots/{lot}/bids", members(), BID),
    # The member's own pages: whose they are is who asks, so nobody can name another.
    "GET account.index": Entry("/account/", members()),
    "GET account.profile": Entry("/account/profile", members()),
    "GET account.part": Entry("/account/profile/full_name", members()),
    "POST account.save": Entry("/account/profile/full_name", members()),
    "GET account_gate.complete": Entry("/account/complete?for=selling", members()),
    "POST account_gate.complete": Entry("/account/complete?for=selling", members()),
    "GET preferences.mine": Entry("/account/preferences", members()),
    "POST preferences.mine": Entry("/account/preferences", members()),
    "GET account_company.index": Entry("/account/company", members()),
    "GET account_company.private": Entry("/account/company/private", proved()),
    "POST account_company.private": Entry("/account/company/private", proved()),
    "GET account_company.trader": Entry("/account/company/trader", proved()),
    "POST account_company.trader": Entry("/account/company/trader", proved()),
    "GET account_bank.index": Entry("/account/bank", members()),
    "POST account_bank.reveal": Entry("/account/bank", secured()),
    "GET account_bank.iban": Entry("/account/bank/iban", secured()),
    "POST account_bank.iban": Entry("/account/bank/iban", secured()),
    "GET account_bank.local": Entry("/account/bank/local", secured()),
    "POST account_bank.local": Entry("/account/bank/local", secured()),
    "GET account_bank.removal": Entry("/account/bank/removal", secured()),
    "POST account_bank.removal": Entry("/account/bank/removal", secured()),
    # How he signs in.
    "GET safety.index": Entry("/account/security", members()),
    "GET safety.devices": Entry("/account/security/devices", members()),
    "POST safety.end": Entry("/account/security/devices/{session}/end", owned(proved())),
    "POST safety.end_others": Entry("/account/security/devices/end", proved()),
    "POST safety.stay": Entry("/account/security/stay", members()),
    "GET address.show": Entry("/account/security/email", members()),
    "GET address.new": Entry("/account/security/email/new", changes()),
    "POST address.ask": Entry("/account/security/email/new", changes(), {"email": "new@example.org"}),
    "POST address.cancel": Entry("/account/security/email/cancel", members()),
    "GET address.agree_old": Entry("/auth/address/old/{old_link}", everybody()),
    "POST address.agree_old": Entry("/auth/address/old/{old_link}", everybody()),
    "GET address.agree_new": Entry("/auth/address/new/{new_link}", everybody()),
    "POST address.agree_new": Entry("/auth/address/new/{new_link}", everybody()),
    "GET address.stop": Entry("/auth/address/stop/{stop_link}", everybody()),
    "POST address.stop": Entry("/auth/address/stop/{stop_link}", everybody()),
    "GET passkeys.index": Entry("/account/security/passkeys", members()),
    "GET passkeys.new": Entry("/account/security/passkeys/new", changes()),
    "POST passkeys.new_options": Entry("/account/security/passkeys/options", changes(), {"name": "Phone"}),
    "POST passkeys.add": Entry("/account/security/passkeys/new", changes(), {"name": "Phone", "credential": "{}"}),
    "GET passkeys.one": Entry("/account/security/passkeys/{passkey}", owned(members())),
    "POST passkeys.one": Entry("/account/security/passkeys/{passkey}", owned(members()), {"name": "Mine"}),
    "POST passkeys.remove": Entry("/account/security/passkeys/{passkey}/remove", owned(changes())),
    "POST passkeys.sign_in_options": Entry("/auth/passkey/options", everybody()),
    "POST passkeys.sign_in": Entry("/auth/passkey", everybody(SIGN_IN), {"credential": "{}"}),
    "POST passkeys.second_step_options": Entry("/auth/passkey/second-step/options", everybody(SIGN_IN)),
    "POST passkeys.second_step": Entry("/auth/passkey/second-step", everybody(SECOND_STEP), {"credential": "{}"}),
    "POST passkeys.prove_options": Entry("/auth/passkey/prove/options", members()),
    "POST passkeys.prove": Entry("/auth/passkey/prove", NOT_SHOWN, {"credential": "{}"}),
    "GET second_step.ask": Entry("/auth/second-step", members()),
    "POST second_step.ask": Entry("/auth/second-step", members()),
    "GET second_step.prove": Entry("/auth/prove", members()),
    "POST second_step.prove": Entry("/auth/prove", members(), {"password": "wrong"}),
    "POST second_step.send_code": Entry("/auth/prove/mail", NO_MAIL),
    "GET second_step.set_up": Entry("/account/security/second-step", members(unstepped=PROVE)),
    "GET second_step.authenticator": Entry("/account/security/second-step/app", changes()),
    "POST second_step.authenticator": Entry("/account/security/second-step/app", changes(), {"code": "000000"}),
    "POST second_step.remove_authenticator": Entry("/account/security/second-step/app/remove", WITH_FACTOR),
    "GET second_step.codes": Entry("/account/security/second-step/codes", members()),
    "POST second_step.make_codes": Entry("/account/security/second-step/codes", WITH_FACTOR),
    "GET second_step.codes_as_text": Entry("/account/security/second-step/codes.txt", members()),
    "POST second_step.codes_kept": Entry("/account/security/second-step/codes/kept", members()),
    "GET federated.linked": Entry("/account/security/linked", members()),
    "POST federated.link": Entry("/account/security/linked/facebook", changes()),
    "POST federated.unlink": Entry("/account/security/linked/{identity}/unlink", owned(changes())),
    "POST federated.ask_password": Entry("/account/security/linked/password", members()),
    "POST federated.leave": Entry("/auth/with/facebook", everybody()),
    "GET federated.back": Entry("/auth/with/facebook/callback", members()),
    "GET federated.finish": Entry("/auth/with/finish", members()),
    "POST federated.finish": Entry("/auth/with/finish", members()),
    "POST deletions.facebook": Entry("/webhooks/facebook/deletion", everybody(), {"signed_request": "{signed}"}),
    "GET deletions.show": Entry("/deletions/{deletion}", everybody()),
    "GET policies.agreement": Entry("/policies/seller-terms/agreement", members()),
    "POST policies.agreement": Entry("/policies/seller-terms/agreement", members(), {"version": "1"}),
    "GET looks.index": Entry("/account/looks", members()),
    # Leaving. Whoever has the address of an erasure may read how far it is.
    "GET erasure.closing": Entry("/account/closing", members()),
    "GET erasure.ask": Entry("/account/privacy/erasure", changes()),
    "POST erasure.ask": Entry("/account/privacy/erasure", changes()),
    "GET erasure.status": Entry("/erasures/{erasure}", everybody()),
    # His data: whose it is is who asks.
    "GET privacy_centre.index": Entry("/account/privacy", members()),
    "GET privacy_centre.rows": Entry("/account/privacy/held/member.id", changes()),
    "GET privacy_acts.show": Entry("/account/privacy/requests/{own_request}", owned(proved())),
    "POST privacy_acts.withdraw": Entry("/account/privacy/requests/{own_request}/withdrawal", owned(members())),
    "GET privacy_acts.rectification": Entry("/account/privacy/rectification", proved()),
    "POST privacy_acts.rectify": Entry("/account/privacy/rectification", proved(), {"category": "account"}),
    "GET privacy_acts.objection": Entry("/account/privacy/objection", members()),
    "POST privacy_acts.object_to": Entry("/account/privacy/objection", members(), {"words": "No"}),
    "POST privacy_acts.object_to_advertising": Entry("/account/privacy/objection/advertising", members()),
    "GET privacy_acts.complaint": Entry("/account/privacy/complaint", members()),
    "POST privacy_acts.complain": Entry("/account/privacy/complaint", members(), {"words": "No"}),
    "GET privacy_acts.restricted": Entry("/account/privacy/restriction", proved()),
    "POST privacy_acts.restrict": Entry("/account/privacy/restriction", proved(), {"why": "wrong"}),
    "POST privacy_acts.lift": Entry("/account/privacy/restriction/lifting", proved()),
    "GET privacy_export.show": Entry("/account/privacy/export", changes()),
    "POST privacy_export.take": Entry("/account/privacy/export", changes()),
    # The desk.
    "GET admin.index": Entry("/admin/", staff(*STAFF)),
    "GET admin.letters": Entry("/admin/mail", staff("support")),
    "GET admin.letter": Entry("/admin/mail/{letter}", staff("support")),
    "GET admin.parked": Entry("/admin/outbox", staff(*STAFF)),
    "POST admin.retry": Entry("/admin/outbox/{parked}/retries", staff(*STAFF)),
    "GET bidding_desk.show": Entry("/admin/lots/{lot}", staff(*DESK)),
    "POST bidding_desk.annul": Entry(
        "/admin/lots/{lot}/annulments", staff(*DESK), {"number": "{bid}", "reason": "fraud"}
    ),
    "POST bidding_desk.withdraw": Entry("/admin/lots/{lot}/withdrawal", staff(*DESK), {"reason": "damaged"}),
    "GET content_desk.index": Entry("/admin/content/", staff("editor")),
    "GET content_desk.new": Entry("/admin/content/new/help", staff("editor")),
    "POST content_desk.create": Entry("/admin/content/new/help", staff("editor"), WORDS | {"slug": "new-topic"}),
    "GET content_desk.edit": Entry("/admin/content/{content}", staff("editor")),
    "POST content_desk.save": Entry("/admin/content/{content}", staff("editor"), WORDS | {"based_on": "1"}),
    "POST content_desk.decide": Entry("/admin/content/{content}/decisions", staff("editor"), {"act": "withdraw"}),
    "GET content_desk.versions": Entry("/admin/content/{content}/versions", staff("editor")),
    "GET content_desk.version": Entry("/admin/content/{content}/versions/1", staff("editor")),
    "POST content_desk.restore": Entry(
        "/admin/content/{content}/versions/1/restoration", staff("editor"), {"based_on": "1"}
    ),
    "GET content_desk.checks": Entry("/admin/content/checks", staff("editor")),
    "GET content_pictures.index": Entry("/admin/content/pictures", staff("editor")),
    "POST content_pictures.add": Entry("/admin/content/pictures", staff("editor")),
    # The desk for policies; there is a draft of the legal notice.
    "GET policies_desk.index": Entry("/admin/content/policies/", staff("editor")),
    "GET policies_desk.edit": Entry("/admin/content/policies/legal", staff("editor")),
    "POST policies_desk.save": Entry("/admin/content/policies/legal", staff("editor"), {"revision": "1"}),
    "POST policies_desk.look": Entry("/admin/content/policies/legal/look", staff("editor"), {"source_en": "Words"}),
    "GET policies_desk.preview": Entry("/admin/content/policies/legal/preview", staff("editor")),
    "POST policies_desk.publish": Entry("/admin/content/policies/legal/publication", staff("editor")),
    "POST policies_desk.discard": Entry("/admin/content/policies/legal/draft/removal", staff("editor")),
    # The desk for members. Each of the staff has an open look at the target.
    "GET members.index": Entry("/admin/members/", staff(*DESK)),
    "POST members.search": Entry("/admin/members/", staff(*DESK), {"q": "target@"}),
    "GET members.show": Entry("/admin/members/{target}", staff(*DESK)),
    "POST members.look": Entry(
        "/admin/members/{target}/looks", staff(*DESK), {"look-reason": "dispute", "look-words": "About a lot"}
    ),
    "POST members.reveal": Entry("/admin/members/{target}/reveals", staff(*DESK), {"field": "profile.phone"}),
    "POST members.note": Entry("/admin/members/{target}/notes", staff(*DESK), {"note-words": "Rang at noon"}),
    "POST member_acts.grant": Entry("/admin/members/{target}/roles", staff(), {"grant-role": "seller"}),
    "POST member_acts.revoke": Entry("/admin/members/{target}/roles/removal", staff(), {"revoke-role": "seller"}),
    "POST member_acts.block": Entry("/admin/members/{target}/blocks", staff("fraud"), {"block-reason": "Not paid"}),
    "POST member_acts.unblock": Entry("/admin/members/{target}/blocks/removal", staff("fraud")),
    "POST member_acts.limit": Entry(
        "/admin/members/{target}/limit",
        staff("fraud"),
        {"limit-amount": "500", "limit-currency": "EUR", "limit-reason": "Not paid"},
    ),
    "POST member_acts.close": Entry("/admin/members/{target}/closure", staff("fraud"), {"close-reason": "Not paid"}),
    "POST member_acts.reopen": Entry("/admin/members/{target}/reopening", staff("fraud")),
    "POST member_acts.end_sessions": Entry("/admin/members/{target}/sessions/removal", staff(*DESK)),
    "POST member_acts.recover": Entry("/admin/members/{target}/second-factor/removal", staff("support")),
    # Requests about data. {request} is an objection from an address; objections to profiling are also fraud's.
    "GET privacy_desk.index": Entry("/admin/privacy/", staff(*DESK)),
    "GET privacy_desk.record": Entry("/admin/privacy/record", staff(*DESK)),
    "GET privacy_desk.new": Entry("/admin/privacy/new", staff("support")),
    "POST privacy_desk.create": Entry("/admin/privacy/new", staff("support"), {"new-kind": "access"}),
    "GET privacy_desk.show": Entry("/admin/privacy/{request}", staff(*DESK)),
    "POST privacy_desk.look": Entry("/admin/privacy/{request}/looks", staff(*DESK)),
    "POST privacy_desk_acts.ask_identity": Entry("/admin/privacy/{request}/identity", staff(*DESK)),
    "POST privacy_desk_acts.prove": Entry("/admin/privacy/{request}/code", staff(*DESK), {"code-code": "1"}),
    "POST privacy_desk_acts.take_up": Entry("/admin/privacy/{request}/work", staff(*DESK)),
    "POST privacy_desk_acts.extend": Entry("/admin/privacy/{request}/extension", staff(*DESK)),
    "POST privacy_desk_acts.answer": Entry("/admin/privacy/{request}/answer", staff(*DESK)),
    "POST privacy_desk_acts.refuse": Entry("/admin/privacy/{request}/refusal", staff(*DESK)),
    "POST privacy_desk_acts.confirm": Entry("/admin/privacy/{request}/proposal/confirmation", staff("support")),
    "POST privacy_desk_acts.drop": Entry("/admin/privacy/{request}/proposal/removal", staff("support")),
    "POST privacy_desk_acts.withdraw": Entry("/admin/privacy/{request}/withdrawal", staff(*DESK)),
    "POST privacy_desk_acts.erase": Entry("/admin/privacy/{request}/erasure", staff("support")),
    "GET erasure_desk.tasks": Entry("/admin/erasures/recipients", staff("support")),
    "POST erasure_desk.told": Entry("/admin/erasures/recipients/{recipient}", staff("support")),
    "GET erasure_desk.returned": Entry("/admin/erasures/returned", staff("fraud")),
    # The registers.
    "GET registers_desk.index": Entry("/admin/registers/", staff("support")),
    "GET registers_desk.processing": Entry("/admin/registers/processing", staff("support")),
    "GET breaches_desk.index": Entry("/admin/registers/breaches/", staff("support")),
    "GET breaches_desk.new": Entry("/admin/registers/breaches/new", staff("support")),
    "POST breaches_desk.create": Entry("/admin/registers/breaches/new", staff("support")),
    "GET breaches_desk.show": Entry("/admin/registers/breaches/{breach}", staff("support")),
    "POST breaches_desk.amend": Entry("/admin/registers/breaches/{breach}/facts", staff("support")),
    "POST breaches_desk.assess": Entry("/admin/registers/breaches/{breach}/assessment", staff("support")),
    "POST breaches_desk.note_told": Entry("/admin/registers/breaches/{breach}/notices", staff("support")),
    "POST breaches_desk.look": Entry("/admin/registers/breaches/{breach}/reach", staff("support")),
    "POST breaches_desk.take_in": Entry("/admin/registers/breaches/{breach}/members", staff("support")),
    "POST breaches_desk.tell": Entry(
        "/admin/registers/breaches/{breach}/letters", staff(), {"tell-words_fr": "Un vol", "tell-words_en": "A theft"}
    ),
    "POST breaches_desk.close": Entry("/admin/registers/breaches/{breach}/closure", staff("support")),
    "GET disclosures_desk.index": Entry("/admin/registers/disclosures/", staff("support")),
    "GET disclosures_desk.new": Entry("/admin/registers/disclosures/new", staff("support")),
    "POST disclosures_desk.create": Entry("/admin/registers/disclosures/new", staff("support")),
    "GET disclosures_desk.show": Entry("/admin/registers/disclosures/{disclosure}", staff("support")),
    "POST disclosures_desk.name_member": Entry("/admin/registers/disclosures/{disclosure}/member", staff("support")),
    "GET retention_desk.index": Entry("/admin/privacy/retention/", staff("support")),
}
