"""The words for what requests are kept as codes of: kinds, ways, states, grounds."""

from __future__ import annotations

from gallery.core.i18n import lazy
from gallery.privacy.requests.rules import Channel, Ground, Kind, Problem, State

KINDS = {
    Kind.ACCESS: lazy("A copy of my data"),
    Kind.RECTIFICATION: lazy("A correction of my data"),
    Kind.ERASURE: lazy("The erasure of my data"),
    Kind.RESTRICTION: lazy("A restriction of what is done with my data"),
    Kind.OBJECTION: lazy("An objection to what is done with my data"),
    Kind.COMPLAINT: lazy("A complaint about what is done with my data"),
}

CHANNELS = {
    Channel.ACCOUNT: lazy("In the account"),
    Channel.CODE: lazy("On our page, with a code by mail"),
    Channel.EMAIL: lazy("By e-mail"),
    Channel.LETTER: lazy("By letter"),
    Channel.PHONE: lazy("By phone"),
}

STATES = {
    State.RECEIVED: lazy("received"),
    State.IDENTITY_ASKED: lazy("waits until we know who asks"),
    State.IN_WORK: lazy("in work"),
    State.ANSWERED: lazy("answered"),
    State.PARTLY_REFUSED: lazy("partly refused"),
    State.REFUSED: lazy("wholly refused"),
    State.WITHDRAWN: lazy("taken back"),
}

GROUNDS = {
    Ground.LEGAL_DUTY: lazy("the law obliges us to keep it (art. 17(3)(b) GDPR)"),
    Ground.CLAIMS: lazy("it is needed for a dispute or a claim that is open (art. 17(3)(e) GDPR)"),
    Ground.OBLIGATION: lazy("a bid, a sale, a delivery or a payment is not finished yet (art. 6(1)(b) GDPR)"),
    Ground.FRAUD: lazy(
        "protecting others from fraud outweighs here, as we have weighed and recorded (art. 21(1) GDPR)"
    ),
    Ground.OTHERS: lazy("it would show what belongs to somebody else (art. 15(4) GDPR)"),
    Ground.CORRECT: lazy("what we hold is right as far as we can tell (art. 16 GDPR)"),
    Ground.CONDITIONS: lazy("the conditions of this right are not met (art. 18 and 21 GDPR)"),
    Ground.EXCESSIVE: lazy("the request is manifestly unfounded or excessive (art. 12(5) GDPR)"),
    Ground.IDENTITY: lazy("it was not shown to us who asks (art. 12(6) GDPR)"),
}
"""Parts of a sentence, with the rule of the GDPR that applies (MISSION O2)."""

TO_THE_DESK = lazy("The requests that are open")

DONE = {
    Kind.ACCESS: lazy("The copy of your data is ready."),
    Kind.RECTIFICATION: lazy("Your data is corrected."),
    Kind.ERASURE: lazy("Your data is erased. What this mail says is not kept with your name."),
    Kind.RESTRICTION: lazy("Your data is restricted: it is kept, and used for nothing else without your consent."),
    Kind.OBJECTION: lazy("We have stopped what you objected to."),
    Kind.COMPLAINT: lazy("We have looked into your complaint."),
}
"""What a person is told whose request was done as he asked."""

PROBLEMS = {
    Problem.NOT_NOW: lazy("The request is no longer where this step begins. Look at it again."),
    Problem.NOT_PROVED: lazy("It was not shown yet who asks. Have a code mailed first, or note how you know."),
    Problem.TOO_LATE: lazy("It is too late to take more time: that has to be said within thirty days."),
    Problem.TOO_LONG: lazy("Choose a day after the present end, and at most two months after it."),
    Problem.EXTENDED: lazy("More time was taken already, and it can be taken only once."),
    Problem.NO_REASON: lazy("Please give the reason."),
    Problem.INCOMPLETE: lazy("A refusal says why, and which kinds of data it is about."),
    Problem.SECOND_PERSON: lazy(
        "That an erasure is refused or no longer asked for is proposed by one of the staff and confirmed by another."
    ),
    Problem.NOT_PROPOSED: lazy("Nothing is proposed here."),
    Problem.CHANGED: lazy("The proposal was changed meanwhile. Read it again before you confirm it."),
    Problem.NOT_ERASED: lazy("The member is not erased yet. Erase the data: that answers the request."),
    Problem.NO_ADDRESS: lazy("There is no e-mail address to which a code could be sent."),
    Problem.TOO_MANY: lazy("Ten of your requests are open already. Withdraw one that is no longer needed, or wait."),
    Problem.WRONG_CODE: lazy("This is not the code of our last mail, or it is too old. Five tries are all."),
    Problem.MANY_CODES: lazy("No more codes are mailed for this request. Please make another one, or write to us."),
}
