"""A finalize goes where its intent was: cookies get lost and percentages change in between."""

from domain.limits import TOKEN_CHARACTERS_MAX
from domain.rollout import Cohort
from edge.signing import Signer


def pinned_cohort(intent_id: str, signer: Signer) -> Cohort:
    """To us, if it bears our signature, even an expired one; the origin's bear none of ours."""
    is_ours = len(intent_id) <= TOKEN_CHARACTERS_MAX and signer.is_our_intent(intent_id)
    return Cohort.NATIVE if is_ours else Cohort.PROXY
